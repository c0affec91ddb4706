export function makeTexts(count: number, seed?: number, first?: number): string[];
