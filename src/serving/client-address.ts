/** The address of a client, behind proxies too. */
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';

/** Number of proxies in front of the server, or their addresses, subnets and names of subnets. */
export type TrustedProxies = number | readonly string[];

/** The part of a request of any protocol that has the address. */
export interface AddressedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

export type ReadClientAddress = (request: AddressedRequest) => string;

/**
 * Reads `X-Forwarded-For` from its end, as far as its entries are of trusted proxies: what a client has written in
 * it itself comes before, and counts for nothing.
 *
 * @returns the client's address as `clientNetwork` has it. An entry that is no address ends the search: then it is
 * that of the proxy which sent it.
 */
export function createReadClientAddress(trusted: TrustedProxies): ReadClientAddress {
  const trust =
    typeof trusted === 'number'
      ? (_address: string, hop: number) => hop < trusted
      : proxyAddr.compile([...trusted]);
  return (request) => {
    const addresses = proxyAddr.all(request as never, trust).map(withoutPort);
    return clientNetwork(addresses.findLast((address) => ipaddr.isValid(address)) ?? '');
  };
}

/** Some proxies append the client's port. */
function withoutPort(entry: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
}

/** What one subscriber has at least (RFC 6177): from it, a client may choose any address. */
const IPV6_PREFIX_BITS = 64;

/**
 * What counts as one client: an IPv4 address, also where it is written as one of IPv6 (RFC 4291, 2.5.5.2), or the
 * /64 subnet of an IPv6 address.
 *
 * @returns '' for anything else.
 */
export function clientNetwork(address: string): string {
  if (!ipaddr.isValid(address)) {
    return '';
  }
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') {
    return parsed.toString();
  }
  const { parts } = parsed as ipaddr.IPv6;
  const network = parts.map((part, index) => (16 * index < IPV6_PREFIX_BITS ? part : 0));
  return `${new ipaddr.IPv6(network)}/${IPV6_PREFIX_BITS}`;
}
