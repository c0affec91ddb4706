export function makeTexts(count: number, seed?: number): string[];
