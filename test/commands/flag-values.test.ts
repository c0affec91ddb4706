/** What the values of flags may be. */
import { expect, test } from 'vitest';
import { serverAddress, waitingTime, webAddress } from '../../src/commands/flag-values.ts';

test('the address of a server has no password, which is not repeated', () => {
  expect(serverAddress('http://host:8080/path')).toBe('http://host:8080/path');
  for (const credentials of ['me:hunter22', 'me', ':hunter22']) {
    const read = (): string => serverAddress(`http://${credentials}@host`);
    expect(read).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(read).not.toThrow('hunter22');
    expect(webAddress(`http://${credentials}@host`)).toContain(credentials);
  }
});

test('a command waits as long as a timer can', () => {
  expect(waitingTime('24d')).toBe(24 * 86_400_000);
  expect(() => waitingTime('25d')).toThrow('at most 24d');
  expect(() => waitingTime('0s')).toThrow('expected a duration');
});
