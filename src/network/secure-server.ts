/** What a server with TLS needs beside one without. */
import type { Socket } from 'node:net';
import { type Server, TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** Against clients that do not end their handshake. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface SecureServer {
  /** From now on, new connections get this certificate. */
  renew(certificate: Certificate): void;
  /** Closes the connections whose handshake is not over. */
  closeHandshakes(): void;
}

/**
 * Counts connections whose handshake is not over: where there are too many, the one that has taken longest is
 * closed.
 *
 * @param maxConnections of the server.
 * @param openConnections number of those whose handshake is over.
 */
export function secure(
  server: Server,
  maxConnections: number,
  openConnections: () => number,
): SecureServer {
  /** By `address:port`, the oldest first: a TLS socket does not reveal the socket that it is on. */
  const pending = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    pending.set(peer, socket);
    socket.once('close', () => pending.delete(peer));
    if (pending.size + openConnections() > maxConnections) {
      const [oldest] = pending.values();
      oldest?.destroy();
    }
  });
  server.on('secureConnection', (socket) => pending.delete(peerOf(socket)));
  // Without a listener, an error of a handshake would be one of nobody.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return {
    renew: ({ secureContext }) => server.setSecureContext(secureContext),
    closeHandshakes: () => {
      for (const socket of pending.values()) {
        socket.destroy();
      }
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

/** Closes a connection at once: what has not been sent is dropped, by the system too where there is no TLS. */
export function reset(socket: Socket): void {
  // Only a TCP socket can be reset, not TLS on one.
  if (socket instanceof TLSSocket) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}
