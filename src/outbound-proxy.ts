/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY: what requests to stores, to Prometheus and to other servers go through. */
import { readEnvironment } from './config/environment.ts';
import { KnownError } from './errors.ts';

/** This machine is reached without a proxy, whatever NO_PROXY is. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** True where requests may go through a proxy: by `fetch` only, which knows it. */
export function hasProxy(): boolean {
  const { http, https, no } = readProxies();
  return (http ?? https) !== undefined && no !== '*';
}

/** Has `fetch` send requests through the proxies of the environment. To be called first in each process. */
export function useProxies(): void {
  if (hasProxy()) {
    // Most commands send no request: what is needed for it takes a while to load.
    globalThis.fetch = async (input, init) => {
      await loadProxies();
      return globalThis.fetch(input, init);
    };
  }
}

let loading: Promise<void> | undefined;

/**
 * Replaces `fetch` and its classes: to be called before one of these is made.
 *
 * @throws KnownError `bad-setting` where a variable is no address of a proxy.
 */
export function loadProxies(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const { http, https, no = '' } = readProxies();
  const [httpProxy, httpsProxy] = [proxyOf('HTTP_PROXY', http), proxyOf('HTTPS_PROXY', https)];
  // Node's own `fetch` can't take the agent of another version of undici.
  const { EnvHttpProxyAgent, install, setGlobalDispatcher } = await import('undici');
  install();
  setGlobalDispatcher(
    new EnvHttpProxyAgent({
      ...(httpProxy === undefined ? {} : { httpProxy }),
      ...(httpsProxy === undefined ? {} : { httpsProxy }),
      noProxy: [no, ...LOOPBACK].join(','),
      // Most proxies allow CONNECT for port 443 only.
      proxyTunnel: false,
    }),
  );
}

/** In lower case or capitals; the first is that which curl and undici prefer. */
function readProxies() {
  const env = readEnvironment();
  const read = (name: string): string | undefined =>
    env[name] || env[name.toUpperCase()] || undefined;
  return { http: read('http_proxy'), https: read('https_proxy'), no: read('no_proxy') };
}

function proxyOf(variable: string, value: string | undefined): string | undefined {
  if (
    value !== undefined &&
    !/^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : '')
  ) {
    // Up to the last one: a password may have others.
    const found = JSON.stringify(value.replace(/^.*@/s, '…@'));
    throw new KnownError(
      'bad-setting',
      `${variable}: expected an address such as http://proxy.example:3128, found ${found}`,
    );
  }
  return value;
}
