/** `environment/`: what it takes to run a version's training again. */
import { z } from 'zod';
import { checkJson } from './read.ts';
import { readRequirements } from './requirements.ts';

const environmentSchema = z.object({
  /** The recorded command, without a shell; the word DATA stands for the folder with the data. */
  command: z.string().min(1),
  variables: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()),
});

export type Environment = z.infer<typeof environmentSchema>;

/** Stands in the recorded command for the folder with the data. */
export const DATA_PLACEHOLDER = 'DATA';

/** @throws ModelError `unfit` where it is not what `environment/environment.json` must be. */
export function parseEnvironment(json: unknown): Environment {
  return checkJson(environmentSchema, json, 'environment/environment.json');
}

/**
 * What keeps a requirements file from installing the same bytes again.
 *
 * @returns each problem in words: a package without an exact version or without a hash, an address.
 */
export function checkRequirements(text: string): string[] {
  const requirements = readRequirements(text);
  const problems = requirements.flatMap(({ name, specifier, hashes }) => {
    if (/:\/\/|^-/.test(name + specifier)) {
      return [`an address or an option has no place in it: ${name}${specifier}`];
    }
    if (!/^(?:\[[^\]]*\])?==[\w.!+-]+(?:\s*;.*)?$/.test(specifier)) {
      return [`${name} has no exact version`];
    }
    return hashes.length > 0 ? [] : [`${name} has no hash`];
  });
  return requirements.length > 0
    ? problems.map((problem) => `environment/requirements.txt: ${problem}`)
    : ['environment/requirements.txt: it names no package'];
}
