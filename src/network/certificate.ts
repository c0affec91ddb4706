/** The certificate of the servers, from PEM files (RFC 7468). */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { refuseFile } from '../bounded-file.ts';
import { describeSystemError, isSystemError, KnownError } from '../errors.ts';

const MAX_PEM_BYTES = 1024 ** 2;

/** PEM files: a certificate, its issuers' behind it, and its private key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  /** For `tls.createServer` and `setSecureContext`. */
  readonly secureContext: { readonly cert: string; readonly key: string };
  readonly validTo: Date;
}

/** @throws KnownError `bad-setting`, naming the setting, the file, and what is wrong with it. */
export async function readCertificate({ cert, key }: CertificateFiles): Promise<Certificate> {
  const [certPem, keyPem] = await Promise.all([readPem('TLS_CERT', cert), readPem('TLS_KEY', key)]);
  const certificate = parse('TLS_CERT', cert, 'a certificate', () => new X509Certificate(certPem));
  const privateKey: KeyObject = parse('TLS_KEY', key, 'a private key without a passphrase', () =>
    createPrivateKey(keyPem),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw badFile('TLS_KEY', key, `expected the key of the certificate in ${cert}, found another`);
  }
  const secureContext = { cert: certPem, key: keyPem };
  // Also the issuers' behind it, and the size of its key.
  parse('TLS_CERT', cert, 'certificates that OpenSSL accepts', () =>
    createSecureContext(secureContext),
  );
  return {
    secureContext,
    validTo: new Date(certificate.validTo),
  };
}

async function readPem(variable: string, path: string): Promise<string> {
  try {
    const problem = refuseFile(path, await stat(path), MAX_PEM_BYTES);
    if (problem !== undefined) {
      throw new KnownError('bad-setting', `${variable}: ${problem}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error)) {
      throw new KnownError('bad-setting', `${variable}: ${describeSystemError(error)}`);
    }
    throw error;
  }
}

function parse<T>(variable: string, path: string, expected: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw badFile(variable, path, `expected ${expected} in PEM form`, cause);
  }
}

function badFile(variable: string, path: string, message: string, cause?: unknown): KnownError {
  return new KnownError('bad-setting', `${variable}: ${path}: ${message}`, { cause });
}
