/** A proxy on a free port, as companies have: by CONNECT for HTTPS, and by absolute addresses for HTTP. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** User and password that it requires. */
export const PROXY_CREDENTIALS = 'me:pass-word';

export interface ProxyServer {
  /** With user and password. */
  readonly url: string;
  /** `CONNECT host:port`, or method and address, of each request. */
  readonly requests: readonly string[];
  close(): void;
}

/**
 * @param ports of this machine, by the names of the hosts that only the proxy knows.
 * @param status with which it refuses; by default nothing that has the credentials.
 */
export async function startProxyServer(
  ports: Readonly<Record<string, number>>,
  status?: number,
): Promise<ProxyServer> {
  const requests: string[] = [];
  const refusalOf = ({ headers }: IncomingMessage, host: string): number | undefined => {
    const expected = `Basic ${Buffer.from(PROXY_CREDENTIALS).toString('base64')}`;
    const isKnown = headers['proxy-authorization'] === expected;
    return isKnown ? (status ?? (ports[host] === undefined ? 502 : undefined)) : 407;
  };
  const server = createServer((req, res) => {
    requests.push(`${req.method} ${req.url}`);
    const { hostname, pathname, search } = new URL(req.url as string);
    const refusal = refusalOf(req, hostname);
    if (refusal !== undefined) {
      res.writeHead(refusal).end();
      return;
    }
    const { method, headers } = req;
    const options = { port: ports[hostname], path: pathname + search, method, headers };
    const forwarded = request({ host: '127.0.0.1', ...options }, (answer) => {
      res.writeHead(answer.statusCode as number, answer.headers);
      answer.pipe(res);
    });
    forwarded.on('error', () => res.destroy());
    req.pipe(forwarded);
  });
  server.on('connect', (req, socket) => {
    requests.push(`CONNECT ${req.url}`);
    const [host = ''] = (req.url as string).split(':');
    const refusal = refusalOf(req, host);
    socket.on('error', () => socket.destroy());
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const target = connect(ports[host] as number, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://${PROXY_CREDENTIALS}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
