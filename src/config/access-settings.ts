/** Settings of who may use the server, from where, and how much. */
import { z } from 'zod';
import { corsOrigins, trustedProxies } from './address-schemas.ts';
import { namedKeys, parseKey } from './key-schemas.ts';
import { integer, setting, splitList } from './setting.ts';

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
      .transform((value) =>
        splitList(value).map((text, index) => parseKey(text, `key-${index + 1}`)),
      )
      .pipe(namedKeys(8, 'keys')),
    'comma-separated keys of 8 or more printable ASCII characters without spaces, each as <key> or <name>:<key>; the name is for the log, without one it is key-1, key-2, …; /predict, /feedback, /model and the data of the console then require one; if empty, they are open to all',
  ),
  feedbackKey: setting(
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
  ),
  adminToken: setting(
    'ADMIN_TOKEN',
    '',
    z
      .string()
      .transform((value) => splitList(value).map((text) => parseKey(text, 'admin')))
      .pipe(namedKeys(16, 'tokens')),
    'comma-separated tokens of 16 or more printable ASCII characters without spaces, each as <token> or <name>:<token>; who has one may change the model by /admin, and is named in the log; if empty, there is no /admin',
  ),
  adminPort: setting(
    'ADMIN_PORT',
    undefined,
    integer(0, 65_535).optional(),
    'TCP port of /admin and /metrics, which PORT then does not have; if unset, PORT has them',
  ),
};
