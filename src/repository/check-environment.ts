/** What `environment/environment.json` must name, so that the recorded steps can be run again. */
import {
  DATA_PLACEHOLDER,
  type EarlierStep,
  requirementsOf,
  wordsOf,
} from '../artifacts/environment.ts';
import { type ModelFiles, parseJsonFile } from '../artifacts/read.ts';
import { checkRequirements } from '../artifacts/requirements.ts';
import { isIngredient, isOutput, ruleOf } from '../artifacts/version-files.ts';

const PATH = 'environment/environment.json';

/** @returns a message for each problem with the command that trains. */
export function checkCommand(files: ModelFiles): string[] {
  const { command } = parseJsonFile(files, PATH);
  const problems = checkProgram(files, command, PATH);
  if (!wordsOf(command).includes(DATA_PLACEHOLDER)) {
    problems.push(
      `${PATH}: the command has no ${DATA_PLACEHOLDER}, the word that \`models reproduce\` replaces by the ` +
        `folder with the data, as in "python code/train.py --data ${DATA_PLACEHOLDER}": ${command}`,
    );
  }
  return problems;
}

/** @returns a message for each problem with the earlier steps: their commands, packages and results. */
export function checkEarlierSteps(files: ModelFiles): string[] {
  const steps = Object.entries(parseJsonFile(files, PATH).earlier_steps ?? {});
  const writers = new Map<string, string>();
  return steps.flatMap(([name, step]) => {
    const where = `${PATH}: earlier_steps.${name}`;
    const needed = [...wordsOf(step.command).filter(isCode), requirementsOf(step)];
    return [
      ...checkProgram(files, step.command, where),
      ...checkPackages(files, step, where),
      ...step.results.flatMap((path) => {
        const writer = writers.get(path);
        writers.set(path, name);
        return writer === undefined
          ? checkResult(files, path, { where, needed })
          : [`${where}: ${path} is a result already, of ${writer}`];
      }),
    ];
  });
}

const isCode = (word: string): boolean => word.startsWith('code/');

function checkProgram(files: ModelFiles, command: string, where: string): string[] {
  const words = wordsOf(command);
  return words.some((word) => isCode(word) && files.has(word))
    ? []
    : [`${where}: the command runs no file of code/: ${command}`];
}

/** The lock file of the training is checked by itself. */
function checkPackages(files: ModelFiles, step: EarlierStep, where: string): string[] {
  const path = requirementsOf(step);
  if (path === requirementsOf()) {
    return [];
  }
  const text = files.get(path)?.toString();
  return text === undefined
    ? [`${where}: missing: ${path}: \`uv pip compile --generate-hashes\` writes it`]
    : checkRequirements(text, path);
}

/** @param needed what the step runs and installs: its folder is without its results when it begins. */
function checkResult(
  files: ModelFiles,
  path: string,
  { where, needed }: { readonly where: string; readonly needed: readonly string[] },
): string[] {
  if (isOutput(path)) {
    return [`${where}: ${path} can't be its result: the training writes it`];
  }
  if (needed.includes(path)) {
    return [`${where}: ${path} can't be its result: its command needs it`];
  }
  if (ruleOf(path) || !isIngredient(path)) {
    return [
      `${where}: ${path} can't be its result: expected a file that the training reads and no other step writes`,
    ];
  }
  return files.has(path) ? [] : [`${where}: missing: ${path}: the command of the step writes it`];
}
