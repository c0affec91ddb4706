/** `GET /console/history…`: the versions of a model, for the page. Its shape may change with any version. */
import { z } from 'zod';
import { commitSchema, modelFileSchema } from './model.ts';

const countSchema = z.int().min(0);
const ratioSchema = z.number().min(0).max(1);
const dateSchema = z.iso.datetime({ offset: true });
const namesSchema = z.array(z.string()).readonly();
const countsSchema = z.record(z.string(), countSchema);
const statusSchema = z.enum(['added', 'removed', 'changed']);

const historyCommitSchema = z.object({
  commit: commitSchema,
  /** Also those that the history does not have. */
  parents: z.array(commitSchema).readonly(),
  author: z.string(),
  date: dateSchema,
  subject: z.string(),
  tags: namesSchema,
  branches: namesSchema,
  /** Whether it has a model; other commits are steps between versions. */
  isVersion: z.boolean(),
  /**
   * The score that decides, on the data set that the scores of the history share, else on its largest one; absent
   * where none is recorded.
   */
  score: z.object({ metric: z.string(), dataset: z.string(), value: ratioSchema }).optional(),
});

export const modelHistorySchema = z.object({
  model: z.string(),
  /** Name of the repository or of the store. */
  source: z.string(),
  /** What the history lacks, and why; for the reader. */
  notes: namesSchema,
  /** Children before their parents, otherwise the newest first. */
  commits: z.array(historyCommitSchema).readonly(),
  /** What the scores of most versions measure: only these can be compared. Absent without any score. */
  score: z.object({ metric: z.string(), dataset: z.string() }).optional(),
  pins: z.array(z.object({ alias: z.string(), commit: commitSchema })).readonly(),
});

export const liveVersionsSchema = z.object({
  /** Whether the page belongs to a server, which has a console at `/`. */
  hasConsole: z.boolean(),
  servers: z
    .array(
      z.object({
        name: z.string(),
        /** What it serves; absent where it is not known. */
        commit: commitSchema.optional(),
        /** Why it is not known. */
        problem: z.string().optional(),
      }),
    )
    .readonly(),
});

const distributionSchema = z.object({
  /** A category, or an upper bound in digits. */
  bins: namesSchema,
  ratios: z.array(ratioSchema).readonly(),
});

const profileSchema = z.object({
  texts: countSchema,
  features: z.record(z.string(), distributionSchema),
});

const datasetSchema = z.object({
  name: z.string(),
  language: z.string(),
  source: z.string(),
  license: z.string(),
  files: z
    .array(
      z.object({
        path: z.string(),
        role: z.string(),
        rows: countSchema,
        labels: countsSchema,
        languages: countsSchema,
      }),
    )
    .readonly(),
});

const datasetScoresSchema = z.object({
  /** Such as `semeval-en/dev`. */
  name: z.string(),
  language: z.string().optional(),
  rows: countSchema,
  /** Of all labels, by metric; the one that decides first. */
  scores: z.record(z.string(), ratioSchema),
  /** Expected calibration error, without the temperature and of the served scores; absent where not recorded. */
  calibrationError: z.object({ before: ratioSchema, after: ratioSchema }).optional(),
  /** What guessing gets of the score that decides; absent where it is better than that by more than chance. */
  guess: ratioSchema.optional(),
  labels: z.record(
    z.string(),
    z.object({
      precision: ratioSchema,
      recall: ratioSchema,
      f1: ratioSchema,
      support: countSchema,
    }),
  ),
});

export const versionCardSchema = z.object({
  commit: commitSchema,
  parents: z.array(commitSchema).readonly(),
  author: z.string(),
  date: dateSchema,
  message: z.string(),
  /** Bytes of all files. */
  size: countSchema,
  lineage: z.object({
    /** `broken`: to be retrained, or it can't be checked. */
    state: z.enum(['proven', 'listed', 'unrecorded', 'broken']),
    detail: z.string(),
  }),
  /** By kind. */
  files: z.record(z.string(), z.array(modelFileSchema).readonly()),
  labels: namesSchema,
  datasets: z.array(datasetSchema).readonly(),
  hyperparameters: z.array(z.object({ key: z.string(), value: z.string() })).readonly(),
  environment: z.object({
    python: z.string().optional(),
    command: z.string().optional(),
    /** Before the training; their results are files of the version. */
    earlierSteps: z.array(z.object({ name: z.string(), command: z.string() })).readonly(),
    packages: z.array(z.object({ name: z.string(), version: z.string() })).readonly(),
  }),
  primary: z.string().optional(),
  scores: z.array(datasetScoresSchema).readonly(),
  profile: profileSchema.optional(),
  golden: z.object({
    /** Of which the first are listed. */
    total: countSchema,
    texts: z
      .array(
        z.object({ kind: z.string(), text: z.string(), scores: z.record(z.string(), ratioSchema) }),
      )
      .readonly(),
  }),
  /** Markdown, up to a limit. */
  readme: z.object({ text: z.string(), isCut: z.boolean() }).optional(),
  /** Files that can't be read, and why. */
  problems: namesSchema,
});

const change = <T extends z.ZodType>(value: T) =>
  z.object({ old: value.optional(), new: value.optional() });
const textChangeSchema = change(z.string());
const countChangeSchema = change(countSchema);
const valueChangeSchema = textChangeSchema.extend({ key: z.string() });
const namedTextSchema = textChangeSchema.extend({ name: z.string() });

/** What the page shows of `models diff --json`. */
const versionDiffSchema = z.object({
  files: z.array(z.object({ path: z.string(), status: statusSchema })).readonly(),
  hyperparameters: z.array(valueChangeSchema).readonly(),
  configuration: z.array(valueChangeSchema).readonly(),
  dataFiles: z
    .array(z.object({ path: z.string(), status: statusSchema, rows: countChangeSchema }))
    .readonly(),
  python: textChangeSchema,
  settings: z.array(valueChangeSchema).readonly(),
  packages: z
    .array(namedTextSchema.extend({ status: z.enum([...statusSchema.options, 'rehashed']) }))
    .readonly(),
  /** Bytes of the weights; absent where they are the same. */
  weights: countChangeSchema.optional(),
  tokenizer: z
    .object({
      vocabulary: countChangeSchema.extend({ added: countSchema, removed: countSchema }),
      normalizer: z
        .array(z.object({ status: z.enum(['same', 'added', 'removed']), step: z.string() }))
        .readonly(),
      settings: z.array(valueChangeSchema).readonly(),
    })
    .optional(),
  /** Population stability index by feature; absent where the bins differ. */
  stability: z.array(z.object({ feature: z.string(), index: z.number().optional() })).readonly(),
  /** Unified diffs, up to a limit. */
  texts: z
    .array(
      z.object({
        path: z.string(),
        status: statusSchema,
        patch: z.string(),
        isCut: z.boolean(),
      }),
    )
    .readonly(),
  notes: namesSchema,
});

export const versionChangesSchema = z.object({
  old: commitSchema,
  new: commitSchema,
  /** The difference in sentences. */
  summary: namesSchema,
  diff: versionDiffSchema,
  /** The score that decides, by data set; also where it did not change. */
  scores: z
    .array(
      change(ratioSchema).extend({
        dataset: z.string(),
        language: z.string().optional(),
        rows: countSchema,
        metric: z.string(),
        /** Whether the difference is larger than chance. */
        isNotable: z.boolean(),
      }),
    )
    .readonly(),
  profiles: change(profileSchema),
});

export type ModelHistory = z.infer<typeof modelHistorySchema>;
export type HistoryCommit = ModelHistory['commits'][number];
export type LiveVersions = z.infer<typeof liveVersionsSchema>;
export type VersionCard = z.infer<typeof versionCardSchema>;
export type VersionChanges = z.infer<typeof versionChangesSchema>;
export type VersionDiffView = VersionChanges['diff'];
export type ProfileView = z.infer<typeof profileSchema>;
