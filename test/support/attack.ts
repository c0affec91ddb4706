/** Clients that do what no good client does, and what a test looks at meanwhile. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { openConnection } from './raw-http.ts';

/** Memory and sockets of other processes are read from /proc. */
export const haveProc = existsSync('/proc/self/status');

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

export const post = (path: string, body: string, headers = ''): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}` +
  `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** The most memory that a process has taken, in MiB. */
export function peakMemoryMb(pid: number): number {
  const [, kb] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1024;
}

/** Connects; errors are ignored. */
export async function attack(url: string): Promise<Socket> {
  const socket = openConnection(url);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Connects, sends bytes, and reads nothing. */
export async function sendUnread(url: string, bytes: string): Promise<Socket> {
  const socket = await attack(url);
  socket.pause();
  socket.write(bytes, 'latin1');
  return socket;
}

/** Sends a chunk again and again while the server reads. @returns what it answers until it closes. */
export async function sendEndlessly(url: string, head: string, chunk: Buffer): Promise<string> {
  const socket = await attack(url);
  let received = '';
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  const send = (): void => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', send);
  socket.write(head);
  send();
  // Not `once` of node:events, which rejects where the connection is reset behind the answer.
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1.1 (\d{3})/.exec(answer)?.[1]);

/** Waits for a condition. @throws after `timeoutMs`. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`not within ${timeoutMs} ms: ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
