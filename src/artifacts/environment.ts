/** `environment/`: what is needed to run a version's training again. */
import { z } from 'zod';

const LOCK_FILE = 'environment/requirements.txt';

const minutes = z.number().positive();

const earlierStepSchema = z.object({
  command: z
    .string()
    .min(1)
    .describe(
      'The command, as that of the training: in the folder of the version, with the same variables. Such as ' +
        'python code/teach.py --data DATA.',
    ),
  requirements: z
    .string()
    .regex(
      /^environment\/(?:\w[\w.-]*\/)*requirements\.txt$/,
      'expected a requirements.txt in environment/, such as environment/teacher/requirements.txt',
    )
    .optional()
    .describe(
      `The packages of the step, as those of the training: each with version and hash. Default: ${LOCK_FILE}.`,
    ),
  results: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'The files that it writes: ingredients of the version. Such as teacher/logits.npy. The training reads ' +
        'them; no other step writes them.',
    ),
  minutes: minutes
    .optional()
    .describe('How long the step took, on the machine that made the results.'),
});

export const environmentSchema = z
  .object({
    command: z
      .string()
      .min(1)
      .describe(
        'The command that trains, without a shell, run in the folder of the version; the word DATA is ' +
          'replaced by the folder with the data. Such as python code/train.py --data DATA.',
      ),
    variables: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z_]\w*$/, 'expected the name of a variable, such as OMP_NUM_THREADS'),
        z.string(),
      )
      .describe('Environment variables of the training, such as numbers of threads.'),
    minutes: minutes
      .optional()
      .describe('How long the command took, on the machine that made the version.'),
    earlier_steps: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-z\d_-]{0,63}$/, 'expected a name in lower case, such as teacher'),
        earlierStepSchema,
      )
      .optional()
      .describe(
        'Steps before the training whose results are files of the version, by name: such as the training of a ' +
          'teacher, which is expensive and is run again only on request. No step needs another one to run ' +
          'first, since the results of all are recorded.',
      ),
  })
  .meta({
    title: 'environment/environment.json',
    description:
      'How the training is run again, beside requirements.txt (each package with version and hash) and ' +
      '.python-version.',
  });

export type Environment = z.infer<typeof environmentSchema>;
export type EarlierStep = z.infer<typeof earlierStepSchema>;

/** The word of the recorded command that is replaced by the folder with the data. */
export const DATA_PLACEHOLDER = 'DATA';

/** The lock file of the packages that a step runs with. @param step without it: the training. */
export function requirementsOf(step: Partial<Pick<EarlierStep, 'requirements'>> = {}): string {
  return step.requirements ?? LOCK_FILE;
}

/** The words of a recorded command: there is no shell, and no quotation. */
export function wordsOf(command: string): string[] {
  return command.trim().split(/\s+/);
}
