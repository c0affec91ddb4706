import { expect, test } from 'vitest';
import { maskText } from '../../src/telemetry/mask.ts';

test.each([
  ['@jack hello', '@user hello'],
  ['hello @jack_1!', 'hello @user!'],
  ['(@jack)', '(@user)'],
  ['@山田 こんにちは', '@user こんにちは'],
  ['＠yamada hi', '@user hi'],
  ['@jack@mary', '@user@user'],
  ['look https://t.co/AbC?x=1#y now', 'look http now'],
  ['HTTP://EXAMPLE.COM/', 'http'],
  ['www.example.com', 'http'],
  ['see bit.ly/3xYz', 'see http'],
  ['пример.рф/путь was not latin', 'пример.рф/путь was not latin'],
  ['mail ann.lee+x@example.co.uk please', 'mail <email> please'],
  ['jürgen@müller.de', '<email>'],
  ['call +49 (0)89 123456-78', 'call <phone>'],
  ['call 555-123-4567.', 'call <phone>.'],
  ['tel:(555) 123 4567', 'tel:<phone>'],
  ['٠١٢٣٤٥٦٧٨٩', '<phone>'],
  ['nothing to hide: 3 of 10 at 10:30, 100 %', 'nothing to hide: 3 of 10 at 10:30, 100 %'],
  ['in 2016 we won 3-1', 'in 2016 we won 3-1'],
  ['a @ b', 'a @ b'],
])('%j', (text, masked) => {
  expect(maskText(text)).toBe(masked);
});
