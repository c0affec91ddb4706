/** The servers of one process: on which ports they listen, and how they end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import type { GrpcServer } from './grpc/server.ts';
import { drain } from './http/lifecycle.ts';
import type { HttpServer } from './http/server.ts';
import { type Certificate, readCertificate } from './network/certificate.ts';
import { listen } from './network/listen.ts';
import { errorFields } from './telemetry/error-fields.ts';
import type { Log } from './telemetry/log/log.ts';

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

/** Renewed certificates are there by then. */
const RENEWED_DAYS_BEFORE = 14;
const DAY_MS = 86_400_000;

/** @returns undefined without TLS_CERT. @throws as `readCertificate`. */
export async function readConfiguredCertificate(
  { tlsCert: cert, tlsKey: key }: Config,
  log: Pick<Log, 'write'>,
): Promise<Certificate | undefined> {
  if (cert === undefined || key === undefined) {
    return undefined;
  }
  const certificate = await readCertificate({ cert, key });
  const validDays = Math.floor((certificate.validTo.getTime() - Date.now()) / DAY_MS);
  const level = validDays < RENEWED_DAYS_BEFORE ? 'warn' : 'info';
  log.write(level, 'certificate_read', {
    file: cert,
    valid_to: certificate.validTo.toISOString(),
    valid_days: validDays,
  });
  return certificate;
}

/** Reads the certificate again, for new connections. Where it can't be used, the one before is. */
export async function renewCertificate(
  { main, admin, grpc }: Servers,
  config: Config,
  log: Pick<Log, 'write'>,
): Promise<void> {
  try {
    const certificate = await readConfiguredCertificate(config, log);
    if (certificate) {
      for (const server of [main, admin, grpc]) {
        server?.secure?.renew(certificate);
      }
    }
  } catch (error) {
    log.write('error', 'certificate_refused', errorFields(error));
  }
}

/** @throws KnownError with the setting that the system refuses; then none listens. */
export async function listenAll(
  { main, admin, grpc }: Servers,
  { host, port, adminPort, grpcPort, tlsCert }: Config,
): Promise<Urls> {
  const scheme = tlsCert === undefined ? 'http' : 'https';
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
      url: `${scheme}://${await listen(main.server, { host, port })}`,
      admin_url: adminAddress && `${scheme}://${adminAddress}`,
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
export async function drainAll(
  { main, admin, grpc }: Servers,
  { drainDelayMs, drainTimeoutMs }: Config,
): Promise<number> {
  if (drainDelayMs > 0) {
    main.connections.closeAfterAnswers();
    await sleep(drainDelayMs);
  }
  const unanswered = await Promise.all([
    drain(main, drainTimeoutMs),
    admin ? drain(admin, drainTimeoutMs) : 0,
    grpc ? grpc.drain(drainTimeoutMs) : 0,
  ]);
  return unanswered.reduce((sum, count) => sum + count, 0);
}
