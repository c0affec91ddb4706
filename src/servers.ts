/** The servers of one process: on which ports they listen, and how they end. */
import type { Config } from './config/config.ts';
import type { GrpcServer } from './grpc/server.ts';
import { drain } from './http/lifecycle.ts';
import type { HttpServer } from './http/server.ts';
import { listen } from './network/listen.ts';

export interface Servers {
  readonly main: HttpServer;
  /** Undefined without ADMIN_PORT. */
  readonly admin: HttpServer | undefined;
  /** Undefined without GRPC_PORT. */
  readonly grpc: GrpcServer | undefined;
}

/** As they are logged. */
export interface Urls {
  readonly url: string;
  readonly admin_url: string | undefined;
  /** `host:port`, as gRPC's clients take it. */
  readonly grpc_address: string | undefined;
}

/** @throws KnownError with the setting that the system refuses; then none listens. */
export async function listenAll(
  { main, admin, grpc }: Servers,
  { host, port, adminPort, grpcPort }: Config,
): Promise<Urls> {
  const open = (
    server: Servers[keyof Servers],
    chosen: number | undefined,
    variable: 'ADMIN_PORT' | 'GRPC_PORT',
  ): Promise<string> | undefined =>
    server && chosen !== undefined
      ? listen(server.server, { host, port: chosen, variable })
      : undefined;
  try {
    const adminAddress = await open(admin, adminPort, 'ADMIN_PORT');
    const grpcAddress = await open(grpc, grpcPort, 'GRPC_PORT');
    return {
      url: `http://${await listen(main.server, { host, port })}`,
      admin_url: adminAddress && `http://${adminAddress}`,
      grpc_address: grpcAddress,
    };
  } catch (error) {
    // Otherwise the others would keep the process running.
    admin?.server.close();
    grpc?.server.close();
    throw error;
  }
}

/** @returns the number of connections, and of gRPC's calls, that still waited for an answer. */
export async function drainAll({ main, admin, grpc }: Servers, timeoutMs: number): Promise<number> {
  const unanswered = await Promise.all([
    drain(main, timeoutMs),
    admin ? drain(admin, timeoutMs) : 0,
    grpc ? grpc.drain(timeoutMs) : 0,
  ]);
  return unanswered.reduce((sum, count) => sum + count, 0);
}
