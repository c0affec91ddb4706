/** A clone of a model repository that holds a version ready to be committed, and its small data. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isIngredient } from '../../src/artifacts/version-files.ts';
import { createRepository, PLAIN_GIT, type Repository, temporaryFolder } from './git-version.ts';
import { MODEL, PINNED } from './pinned.ts';
import { type Exit, ROOT, runCommand } from './server.ts';

const DATA = {
  'tiny/train.tsv': 'label\ttext\npositive\tWhat a day!\nnegative\tRain again.\n',
  'tiny/dev.tsv': 'label\ttext\nneutral\tThe bus leaves at nine.\n',
};

export interface ModelRepository extends Repository {
  /** The folder of the data that `data/datasets.json` names. */
  readonly data: string;
  read(path: string): string;
  write(path: string, content: string | Buffer): void;
  /** Changes a JSON file. */
  edit(path: string, change: (json: Record<string, unknown>) => void): void;
  /** Records the ingredients and outputs as they are, as training and `models profile` do. */
  train(): void;
  /** Writes weights with other bytes and the same scores, and records that. @param seed of the training. */
  retrain(seed: string): void;
  /** Replaces the record by the one of earlier versions: a digest for each ingredient. */
  listIngredients(): void;
  /** Runs `models commit`. */
  commitVersion(message?: string): Promise<Exit & { stdout: string; stderr: string }>;
}

/** Made by `models init`, with the files of the pinned version; nothing is committed yet. */
export async function createModelRepository(): Promise<ModelRepository> {
  const repository = createRepository();
  const { folder } = repository;
  repository.git('config', 'user.name', 'A U Thor');
  repository.git('config', 'user.email', 'author@example.com');
  const init = await runCommand(['models', 'init', folder], PLAIN_GIT);
  if (init.code !== 0) {
    throw new Error(init.stderr);
  }
  const data = temporaryFolder();
  for (const [path, content] of Object.entries(DATA)) {
    mkdirSync(dirname(join(data, path)), { recursive: true });
    writeFileSync(join(data, path), content);
  }
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const edit: ModelRepository['edit'] = (path, change) => {
    const json = JSON.parse(read(path));
    change(json);
    write(path, `${JSON.stringify(json, null, 2)}\n`);
  };
  const listFiles = (): string[] => {
    const listed = repository.git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
    return [...new Set(listed.split('\0'))].filter(
      (path) => path !== '' && existsSync(join(folder, path)),
    );
  };
  /** As docs/how-to/versions.md defines it. */
  const digest = (paths: readonly string[]): string => {
    const lines = [...paths]
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((path) => {
        const content = sha256(readFileSync(join(folder, path)));
        return `${Buffer.byteLength(path)}:${path}:${content}\n`;
      });
    return sha256(Buffer.from(lines.join('')));
  };
  const train = (): void => {
    edit('profile.json', (profile) => {
      profile.model = digest(['model.onnx', 'tokenizer.json', 'config.json']);
    });
    const outputs = ['config.json', 'golden.json', 'model.onnx', 'tokenizer.json'];
    edit('metrics.json', (metrics) => {
      metrics.trained_from = {
        ingredients: digest(listFiles().filter(isIngredient)),
        outputs: Object.fromEntries(
          outputs.map((path) => [path, sha256(readFileSync(join(folder, path)))]),
        ),
      };
    });
  };

  const retrain = (seed: string): void => {
    // A field of ONNX, `producer_version`: the last one in the file counts.
    const field = Buffer.from([0x1a, seed.length, ...Buffer.from(seed)]);
    write('model.onnx', Buffer.concat([readFileSync(join(pinned, 'model.onnx')), field]));
    train();
  };
  const listIngredients = (): void =>
    edit('metrics.json', (metrics) => {
      // Earlier versions had no results of earlier steps.
      const paths = listFiles()
        .filter((path) => isIngredient(path) && !path.startsWith('teacher/'))
        .sort();
      metrics.trained_from = Object.fromEntries(
        paths.map((path) => [path, sha256(readFileSync(join(folder, path)))]),
      );
    });

  const pinned = join(ROOT, 'models', MODEL, PINNED);
  const { files } = JSON.parse(readFileSync(join(pinned, 'commit.json'), 'utf8'));
  for (const { path } of files as { path: string }[]) {
    // `models init` has written these.
    if (path !== '.gitattributes' && path !== '.gitignore') {
      write(path, readFileSync(join(pinned, path)));
    }
  }
  write('data/datasets.json', `${JSON.stringify({ datasets: [describeData()] }, null, 2)}\n`);
  train();
  return {
    ...repository,
    data,
    read,
    write,
    edit,
    train,
    retrain,
    listIngredients,
    commitVersion: (message = 'A version') =>
      runCommand(
        ['models', 'commit', '-m', message, '--data', data, '--repository', folder],
        PLAIN_GIT,
      ),
  };
}

/** Removes a file of the working tree. */
export function remove({ folder }: ModelRepository, path: string): void {
  rmSync(join(folder, path));
}

function describeData(): object {
  const files = Object.entries(DATA).map(([path, content]) => {
    const labels = content
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split('\t')[0] as string);
    return {
      path,
      role: path.includes('train') ? 'train' : 'dev',
      sha256: sha256(Buffer.from(content)),
      bytes: Buffer.byteLength(content),
      rows: labels.length,
      labels: Object.fromEntries(labels.map((label) => [label, 1])),
      languages: { en: labels.length },
    };
  });
  return { name: 'tiny', language: 'en', source: 'made up', license: 'CC0-1.0', files };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
