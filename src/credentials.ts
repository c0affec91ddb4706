/** Addresses with user and password, which neither messages nor `fetch` may have in them. */

export interface Address {
  readonly url: URL;
  /** For HTTP Basic; empty without credentials. */
  readonly headers: Readonly<Record<string, string>>;
}

/** @param address `http://user:password@host`; the URL that is returned is without them. */
export function splitCredentials(address: string): Address {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return {
    url,
    headers:
      credentials === ':'
        ? {}
        : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
  };
}

/** A `%` that encodes nothing is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
