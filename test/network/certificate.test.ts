import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCertificate } from '../../src/network/certificate.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { ROOT } from '../support/server.ts';

const file = (name: string): string => join(ROOT, 'test/fixtures/tls', name);
const key = file('first.key');

test('a file without an end is not read', async () => {
  await expect(readCertificate({ cert: '/dev/zero', key })).rejects.toMatchObject({
    code: 'bad-setting',
    message: 'TLS_CERT: /dev/zero: expected a regular file, found a pipe, a socket or a device',
  });
});

test('what is behind a certificate has to be one too', async () => {
  const pem = readFileSync(file('first.pem'), 'utf8');
  const cert = join(temporaryFolder(), 'cert.pem');
  writeFileSync(cert, `${pem}${readFileSync(file('second.pem'), 'utf8')}`);
  expect((await readCertificate({ cert, key })).secureContext.cert).toContain(pem);
  writeFileSync(cert, `${pem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);
  await expect(readCertificate({ cert, key })).rejects.toMatchObject({
    code: 'bad-setting',
    message: `TLS_CERT: ${cert}: expected certificates that OpenSSL accepts in PEM form`,
  });
});
