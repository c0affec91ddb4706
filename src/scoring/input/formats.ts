/** Which format a file has. */
import { STDIN } from '../../logs/log-files.ts';
import { ScoringError } from '../scoring-error.ts';

export const INPUT_FORMATS = ['lines', 'csv', 'tsv', 'jsonl', 'parquet'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

export const OUTPUT_FORMATS = ['csv', 'jsonl'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const ENDINGS: Readonly<Record<string, InputFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

/** The format of all files, by their names; standard input and unknown endings are lines. */
export function inputFormatOf(files: readonly string[]): InputFormat {
  const formats = files.map((file) => (file === STDIN ? 'lines' : byEnding(file)));
  const [first = 'lines'] = formats;
  const other = formats.findIndex((format) => format !== first);
  if (other > 0) {
    throw new ScoringError(
      'bad-input',
      `${files[0]} is ${first} and ${files[other]} is ${formats[other]}: expected files of one format; ` +
        '--format names that of all',
    );
  }
  return first;
}

/**
 * The format of the output, by its name, else by the input: JSON keeps types and nested values.
 *
 * @throws ScoringError `bad-output` where the name is that of a format which is only read.
 */
export function outputFormatOf(output: string | undefined, input: InputFormat): OutputFormat {
  const named = output === undefined ? undefined : byEnding(output);
  if (named === 'csv' || named === 'jsonl') {
    return named;
  }
  if (named === 'tsv' || named === 'parquet') {
    throw new ScoringError(
      'bad-output',
      `${output}: the output is CSV or JSON Lines; expected a name with .csv or .jsonl, or --output-format`,
    );
  }
  return input === 'jsonl' || input === 'parquet' ? 'jsonl' : 'csv';
}

function byEnding(file: string): InputFormat {
  const [, ending = ''] = /\.(\w+?)(?:\.gz)?$/i.exec(file) ?? [];
  return ENDINGS[ending.toLowerCase()] ?? 'lines';
}
