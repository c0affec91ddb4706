interface Answer {
  readonly label: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly language: string;
}

export const DOCUMENTS: readonly string[];
export function withShippedShas(text: string): string;
export function withShippedTags(text: string): string;
export function readExample(readme: string): {
  readonly inputs: readonly string[];
  readonly answers: readonly Answer[];
  readonly logged: Omit<Answer, 'scores'>;
  /** A series of the metrics, as `<name>{<labels>}`. */
  readonly counted: string;
};
