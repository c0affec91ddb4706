/** The connections of the gRPC server: how many there may be, and which one goes for a new one. */
import type { Socket } from 'node:net';
import type { ConnectionCloseReason } from '../serving/observer.ts';

export interface ConnectionsOptions {
  readonly maxConnections: number;
  /** From one address. */
  readonly maxConnectionsPerAddress: number;
  /** Called for each connection that is closed before its time. */
  readonly onClose: (reason: ConnectionCloseReason) => void;
}

export interface Connections {
  /** Counts a new connection. @returns false where there is no room for it; it is closed. */
  admit(socket: Socket): boolean;
  /** @param peer `address:port` of the client. @returns to be called when the call has ended. */
  onCall(peer: string): () => void;
  closeAll(): void;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  calls: number;
}

export function createConnections(options: ConnectionsOptions): Connections {
  /** By `address:port`, in the order of their last activity. */
  const open = new Map<string, Connection>();
  return {
    admit: (socket) => {
      const { remoteAddress: address = '', remotePort = 0 } = socket;
      // An error without a listener ends the process.
      socket.on('error', () => socket.destroy());
      if (!makeRoom(open, address, options)) {
        socket.destroy();
        return false;
      }
      const peer = `${address}:${remotePort}`;
      const connection = { socket, address, calls: 0 };
      open.set(peer, connection);
      socket.once('close', () => {
        if (open.get(peer) === connection) {
          open.delete(peer);
        }
      });
      return true;
    },
    onCall: (peer) => {
      const connection = open.get(peer);
      if (connection) {
        connection.calls++;
        open.delete(peer);
        open.set(peer, connection);
      }
      return () => {
        if (connection) {
          connection.calls--;
        }
      };
    },
    closeAll: () => {
      for (const { socket } of open.values()) {
        socket.destroy();
      }
    },
  };
}

/** @returns false where there is no room for one more connection from that address, or at all. */
function makeRoom(
  open: Map<string, Connection>,
  address: string,
  { maxConnections, maxConnectionsPerAddress, onClose }: ConnectionsOptions,
): boolean {
  const own =
    open.size >= maxConnectionsPerAddress
      ? [...open].filter(([, connection]) => connection.address === address)
      : [];
  const isOwnLimit = own.length >= maxConnectionsPerAddress;
  if (!isOwnLimit && open.size < maxConnections) {
    return true;
  }
  const victim = (isOwnLimit ? own : [...open]).find(([, { calls }]) => calls === 0);
  onClose(victim ? 'evicted' : 'refused');
  if (victim) {
    const [peer, { socket }] = victim;
    open.delete(peer);
    socket.destroy();
  }
  return victim !== undefined;
}
