/** HTTP below what `fetch` can send. */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export function openConnection(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

/** Sends bytes as they are. @returns all that comes back until the server closes the connection. */
export function sendBytes(url: string, bytes: string): Promise<string> {
  const socket = openConnection(url);
  socket.write(bytes, 'latin1');
  return text(socket);
}
