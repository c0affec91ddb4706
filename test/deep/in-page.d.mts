export function faintTexts(): string[];
export function tooWide(): string[];
export function foreignPixels(): number;
export function selectContents(element: object): void;
