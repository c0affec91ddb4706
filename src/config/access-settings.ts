/** Settings of who may use the server, from where, and how much. */
import { z } from 'zod';
import { corsOrigins, trustedProxies } from './address-schemas.ts';
import { MIN_KEY_CHARS, MIN_TOKEN_CHARS, namedKey, parseKey, toDigest } from './key-schemas.ts';
import { rateLimits } from './rate-schema.ts';
import { integer, secret, setting, splitList, text } from './setting.ts';

/** In the order of `--help`. */
export const ACCESS_SETTINGS = {
  trustProxy: setting(
    'TRUST_PROXY',
    undefined,
    trustedProxies.optional(),
    'proxies in front of the server whose X-Forwarded-For names the client: their number, or a comma-separated list of their addresses, subnets, loopback, linklocal or uniquelocal; if unset, a client’s address is that of its connection',
  ),
  corsOrigins: setting(
    'CORS_ORIGINS',
    '',
    corsOrigins,
    'comma-separated origins, such as https://app.example.com, whose pages may use the server in a browser, or * for all; never /admin, /metrics or the data of the console; if empty, only pages of the server itself may',
  ),
  apiKeys: setting(
    'API_KEYS',
    '',
    z
      .string()
      .refine(
        (value) => value === '' || splitList(value).length > 0,
        'expected at least one key, found none: the server would be open to all',
      )
      .transform((value) => splitList(value).map((key, index) => parseKey(key, `key-${index + 1}`)))
      .pipe(z.array(namedKey(MIN_KEY_CHARS, 'keys').transform(toDigest))),
    'comma-separated keys of 8 or more printable ASCII characters without spaces, each as <key>, <name>:<key> or <name>:sha256:<SHA-256 of the key>; the name is for log and metrics, without one it is key-1, key-2, …; predictions, feedback, the model and the data of the console then require one; if empty, they are open to all',
  ),
  apiKeysFile: setting(
    'API_KEYS_FILE',
    undefined,
    text.optional(),
    'file with further keys, one in a line, written as those of API_KEYS; # begins a comment, the name line-<number> is that of a key without one; it is read again on SIGHUP',
  ),
  rateLimit: setting(
    'RATE_LIMIT',
    undefined,
    rateLimits.optional(),
    'texts that a client may have classified, such as 100/s, 6000/min or 100000/h, with rates of single keys as in 100/s,shop=200/s; more are answered with 429; a client is the name of a key, or an address where no keys are required; each process counts for itself; if unset, no client has a limit',
  ),
  feedbackKey: secret(
    'FEEDBACK_KEY',
    undefined,
    // It is never sent: any characters will do.
    z
      .string()
      .refine(
        (value) => value === value.trim(),
        'expected no spaces or line breaks at its beginning or end',
      )
      .min(16, 'expected 16 characters or more')
      .optional(),
    'secret of 16 or more characters that signs prediction ids, equal on all replicas; if unset, a random one: feedback must reach the server that predicted',
    'value',
  ),
  adminToken: secret(
    'ADMIN_TOKEN',
    '',
    z
      .string()
      .transform((value) => splitList(value).map((token) => parseKey(token, 'admin')))
      .pipe(z.array(namedKey(MIN_TOKEN_CHARS, 'tokens').transform(toDigest))),
    'comma-separated tokens of 16 or more printable ASCII characters without spaces, each as <token>, <name>:<token> or <name>:sha256:<SHA-256 of the token>; who has one may change the model by /admin, and is named in the log; if empty, there is no /admin',
    'lines',
  ),
  adminPort: setting(
    'ADMIN_PORT',
    undefined,
    integer(0, 65_535).optional(),
    'TCP port of /admin and /metrics, which PORT then does not have; if unset, PORT has them',
  ),
};
