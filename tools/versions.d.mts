export const MODEL: string;
export const SHIPPED: readonly string[];
export const PINNED: string;
export const MULTILINGUAL: string;
export function tagOf(commit: string): string;
export function shippedJson<T>(commit: string, path: string): T;
