export interface Rules {
  readonly MAY_IMPORT: Readonly<Record<string, readonly string[]>>;
  readonly LEAVES: readonly string[];
  readonly LONG: Readonly<Record<string, string>>;
}

export function checkStructure(root: string, rules?: Rules): string[];
