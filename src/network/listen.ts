/** How a server of any protocol begins to listen. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { describeSystemError, KnownError } from '../errors.ts';

/** Connections that the system keeps until they are accepted; its own limit applies as well. */
const BACKLOG = 4096;

export interface ListenOptions {
  /** Undefined: every address; where the system has no IPv6, those of IPv4. */
  readonly host: string | undefined;
  readonly port: number;
  /** The setting of the port, which a message names. */
  readonly variable?: 'PORT' | 'ADMIN_PORT' | 'GRPC_PORT';
}

/**
 * @returns `host:port`, as in a URL
 * @throws KnownError with the setting that the system refuses: HOST or that of the port.
 */
export async function listen(
  server: Server,
  { host, port, variable = 'PORT' }: ListenOptions,
): Promise<string> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw refusedSetting(error, { host: host ?? '*', port, variable });
  });
  const { address, family, port: bound } = server.address() as AddressInfo;
  return `${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

/** The codes of errors that another port would not get. */
const PORT_ERRORS = new Set(['EADDRINUSE', 'EACCES', 'EPERM']);

function refusedSetting(
  error: NodeJS.ErrnoException,
  { host, port, variable }: { host: string; port: number; variable: string },
): KnownError {
  const { code = '', message } = error;
  const isPort = PORT_ERRORS.has(code);
  // The properties of the system's error depend on the number of processes.
  const subject = isPort ? { address: host, port } : { address: host };
  const described = describeSystemError(Object.assign(new Error(message), { code }, subject));
  return new KnownError('bad-setting', `${isPort ? variable : 'HOST'}: ${described}`, {
    cause: error,
  });
}
