/** `GET /admin/shadow` of a running server. */
import { type ShadowStatus, shadowStatusSchema } from '../api/admin.ts';
import { problemSchema } from '../api/problem.ts';
import { fetchFailureReason, KnownError } from '../errors.ts';
import { fetchText } from '../fetch-text.ts';

const TIMEOUT_MS = 15_000;

/** Why a server did not report how its candidate compares. */
export class ShadowRequestError extends KnownError<'no-comparison'> {
  override readonly name = 'ShadowRequestError';
}

/**
 * @param url `http://host:port`
 * @throws ShadowRequestError where the server can't be reached, refuses, or has no candidate.
 */
export async function requestShadow(url: string, token: string): Promise<ShadowStatus> {
  const address = `${url.replace(/(?<!\/)\/+$/, '')}/admin/shadow`;
  const { status, body } = await get(address, token);
  if (status === 200) {
    const parsed = shadowStatusSchema.safeParse(body);
    if (!parsed.success) {
      throw new ShadowRequestError(
        'no-comparison',
        `${address} answers something else than expected`,
      );
    }
    return parsed.data;
  }
  const { type = '', title, detail } = problemSchema.partial().safeParse(body).data ?? {};
  throw new ShadowRequestError(
    'no-comparison',
    REASONS[type] ?? `${address} answers ${[status, title, detail].filter(Boolean).join(': ')}`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  '/problems/forbidden': 'the server does not know the token of ADMIN_TOKEN',
  '/problems/no-candidate': 'no candidate is loaded: PUT /admin/shadow loads one',
  '/problems/not-found':
    'the server has no /admin there: its ADMIN_TOKEN is not set, or its ADMIN_PORT names another port',
};

/** The body is undefined where it is not JSON. */
async function get(
  address: string,
  token: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const { status, text } = await fetchText(address, {
      headers: { authorization: `Bearer ${token}` },
      // The token is for this server only.
      redirect: 'manual',
      timeoutMs: TIMEOUT_MS,
    });
    return { status, body: parse(text) };
  } catch (error) {
    const reason = fetchFailureReason(error);
    throw new ShadowRequestError('no-comparison', `${address} can't be reached (${reason})`, {
      cause: error,
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
