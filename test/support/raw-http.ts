/** HTTP below what `fetch` can send. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends bytes as they are. @returns all that comes back until the server closes the connection. */
export function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes, 'latin1');
  return text(socket);
}
