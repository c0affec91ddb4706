/** `environment/`: what is needed to run a version's training again. */
import { z } from 'zod';

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
  })
  .meta({
    title: 'environment/environment.json',
    description:
      'How the training is run again, beside requirements.txt (each package with version and hash) and ' +
      '.python-version.',
  });

export type Environment = z.infer<typeof environmentSchema>;

/** The word of the recorded command that is replaced by the folder with the data. */
export const DATA_PLACEHOLDER = 'DATA';
