/** `/admin` of a test's server. */
import type { AdminStatus, ChangeResponse, ShadowStatus } from '../../src/api/admin.ts';
import type { Problem } from '../../src/api/problem.ts';
import { startServer, type TestServer } from './server.ts';

export const ADMIN_TOKEN = 'a-token-of-the-tests';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** The fields of either. */
type ChangeAnswer = Omit<ChangeResponse, 'type'> &
  Omit<Problem, 'type'> & { readonly type: string };

export interface Admin {
  status(): Promise<Answer<AdminStatus>>;
  shadow(): Promise<Answer<ShadowStatus>>;
  /** @param request such as `PUT /admin/model`. */
  change(request: string, body?: object): Promise<Answer<ChangeAnswer>>;
}

/** A server whose model may be changed. */
export function startAdminServer(env: Record<string, string> = {}): Promise<TestServer> {
  return startServer({ ADMIN_TOKEN: `tester:${ADMIN_TOKEN}`, ...env });
}

export function adminOf(url: string): Admin {
  const send = async (request: string, body?: object) => {
    const [method = '', path = ''] = request.split(' ');
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        'content-type': 'application/json',
        // Each of several processes gets some.
        connection: 'close',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as never };
  };
  return {
    status: () => send('GET /admin'),
    shadow: () => send('GET /admin/shadow'),
    change: send,
  };
}
