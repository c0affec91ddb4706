/** The connections of the gRPC server: how many there may be, and which one goes for a new one. */
import type { Socket } from 'node:net';
import { clientNetwork } from '../serving/client-address.ts';
import type { ConnectionCloseReason } from '../serving/observer.ts';

export interface ConnectionsOptions {
  readonly maxConnections: number;
  /** From one address, or /64 subnet of IPv6. */
  readonly maxConnectionsPerAddress: number;
  /** Called for each connection that is closed before its time. */
  readonly onClose: (reason: ConnectionCloseReason) => void;
}

export interface Connections {
  /** Counts a new connection. @returns false where there is no room for it; it is closed. */
  admit(socket: Socket): boolean;
  /** @param peer `address:port` of the client. @returns to be called when the call has ended. */
  onCall(peer: string): () => void;
  /** Number of connections. */
  count(): number;
  closeAll(): void;
}

interface Connection {
  readonly socket: Socket;
  /** As `clientNetwork` has it. */
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
      const network = clientNetwork(address);
      if (!makeRoom(open, network, options)) {
        socket.destroy();
        return false;
      }
      const peer = `${address}:${remotePort}`;
      const connection = { socket, address: network, calls: 0 };
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
    count: () => open.size,
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
