/** versitygw, a real S3 server, over a folder: each bucket is a folder, each object a file. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from './git-version.ts';

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
    const child = spawn(COMMAND, ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', data], {
      env: { ...process.env, ROOT_ACCESS_KEY: key.id, ROOT_SECRET_KEY: key.secret },
      stdio: 'ignore',
    });
    await listening(port);
    return child;
  };
  let child = await start();
  return {
    env: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: key.id,
      AWS_SECRET_ACCESS_KEY: key.secret,
      // Nobody asks the network for credentials.
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    folder,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
    start: async () => {
      child = await start();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
