import { describe, expect, test } from 'vitest';
import {
  clientNetwork,
  createReadClientAddress,
  type TrustedProxies,
} from '../../src/serving/client-address.ts';

const from = (remoteAddress: string, forwarded?: string) => ({
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  socket: { remoteAddress },
});

describe('the address of a client', () => {
  test.each<[string, TrustedProxies, string, string | undefined, string]>([
    ['one proxy, no header', 1, '10.0.0.1', undefined, '10.0.0.1'],
    ['one proxy', 1, '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['a client that wrote the header itself', 1, '10.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    ['two proxies', 2, '10.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['fewer entries than proxies', 3, '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['a proxy of the list', ['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    ['several of the list', ['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 10.9.9.9', '1.1.1.1'],
    ['no proxy of the list', ['10.0.0.0/8'], '203.0.113.7', '1.1.1.1', '203.0.113.7'],
    ['a named subnet', ['loopback'], '127.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['IPv4 on a socket of IPv6', ['loopback'], '::ffff:127.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['an entry with a port', 1, '10.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
    ['an entry of IPv6 with a port', 1, '10.0.0.1', '[2001:db8::7]:4711', '2001:db8::/64'],
    ['an entry that is no address', 1, '10.0.0.1', 'unknown', '10.0.0.1'],
    ['text in place of an address', 1, '10.0.0.1', '1.1.1.1, <script>', '10.0.0.1'],
  ])('%s', (_, trusted, remoteAddress, forwarded, expected) => {
    expect(createReadClientAddress(trusted)(from(remoteAddress, forwarded))).toBe(expected);
  });
});

describe('what counts as one client', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['', ''],
    ['no address', ''],
  ])('%s is %s', (address, expected) => {
    expect(clientNetwork(address)).toBe(expected);
  });
});
