/** versitygw, a real S3 server, over a folder: each bucket is a folder, each object a file. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, launch, poll } from '../../tools/launch.mjs';
import { temporaryFolder } from '../../tools/temporary.mjs';

const COMMAND = process.env.VERSITYGW || 'versitygw';

export const haveS3Server = spawnSync(COMMAND, ['--version']).status === 0;

export interface S3Server {
  /** The AWS SDK's settings. */
  readonly env: Record<string, string>;
  /** The bucket's objects, as files. */
  readonly folder: string;
  stop(): Promise<void>;
  /** At the same address, with the same objects. */
  start(): Promise<void>;
}

export async function startS3Server(bucket: string): Promise<S3Server> {
  const data = temporaryFolder();
  const folder = join(data, bucket);
  mkdirSync(folder);
  const port = await freePort();
  const key = { id: 'test-key', secret: 'test-secret' };
  const start = async () => {
    const program = launch(COMMAND, ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', data], {
      env: { ...process.env, ROOT_ACCESS_KEY: key.id, ROOT_SECRET_KEY: key.secret },
      stdio: 'ignore',
    });
    if (!(await poll(() => isListening(port), { intervalMs: 20 }))) {
      throw new Error(`${COMMAND} does not listen`);
    }
    return program;
  };
  let program = await start();
  return {
    env: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: key.id,
      AWS_SECRET_ACCESS_KEY: key.secret,
      // No credentials are looked for in the network.
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    folder,
    stop: async () => void (await program.stop()),
    start: async () => {
      program = await start();
    },
  };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isConnected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isConnected;
}
