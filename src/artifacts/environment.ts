/** `environment/`: what is needed to run a version's training again. */
import { z } from 'zod';

export const environmentSchema = z.object({
  /** The recorded command, without a shell; the word DATA is replaced by the folder with the data. */
  command: z.string().min(1),
  variables: z.record(
    z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of a variable, such as OMP_NUM_THREADS'),
    z.string(),
  ),
});

export type Environment = z.infer<typeof environmentSchema>;

/** The word of the recorded command that is replaced by the folder with the data. */
export const DATA_PLACEHOLDER = 'DATA';
