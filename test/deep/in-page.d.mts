export function faintTexts(): string[];
export function tooWide(): string[];
export function alarmPixels(): number;
export function selectContents(element: object): void;
