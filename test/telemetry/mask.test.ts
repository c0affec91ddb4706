import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { maskText } from '../../src/telemetry/mask.ts';

describe('mentions', () => {
  test.each([
    ['@jack hello', '@user hello'],
    ['hello @jack_1!', 'hello @user!'],
    ['(@jack)', '(@user)'],
    ['.@jack said', '.@user said'],
    ['hello@jack', 'hello@user'],
    ['@jack@mary', '@user@user'],
    ['@山田 こんにちは', '@user こんにちは'],
    ['＠yamada hi', '@user hi'],
    ['привет @иван_7', 'привет @user'],
    ['مرحبا @أحمد', 'مرحبا @user'],
    ['@علی‌رضا سلام', '@user سلام'],
    ['@प्रिया नमस्ते', '@user नमस्ते'],
    ['@jürgen!', '@user!'],
    ['@홍길동님', '@user'],
    ['@Ελένη γεια', '@user γεια'],
    ['follow @jack, @mary and @ann', 'follow @user, @user and @user'],
  ])('%j', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });
});

describe('links', () => {
  test.each([
    ['look https://t.co/AbC?x=1#y now', 'look http now'],
    ['HTTP://EXAMPLE.COM/', 'http'],
    ['www.example.com', 'http'],
    ['see bit.ly/3xYz', 'see http'],
    ['on example.com, today', 'on http, today'],
    ['at shop.example.co.uk', 'at http'],
    ['https://user:secret@example.org:8080/x', 'http'],
    ['https://пример.рф/путь', 'http'],
    ['пример.рф/путь', 'http'],
    ['см. пример.рф', 'см. http'],
    ['https://例え.jp/テスト', 'http'],
    ['詳細はhttps://example.jp/abc', '詳細はhttp'],
    ['http://مثال.السعودية/صفحة', 'http'],
    ['https://उदाहरण.भारत/पृष्ठ', 'http'],
    ['münchen.de/stadt', 'http'],
    ['join t.me/somebody', 'join http'],
  ])('%j', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });
});

describe('e-mail addresses', () => {
  test.each([
    ['mail ann.lee+x@example.co.uk please', 'mail <email> please'],
    ['jürgen@müller.de', '<email>'],
    ['<ann@example.com>', '<<email>>'],
    ['ann@example.com, bob@example.org', '<email>, <email>'],
    ['mailto:ann@example.com', 'mailto:<email>'],
    ['ANN_LEE@EXAMPLE.COM', '<email>'],
    ['иван@пример.рф', '<email>'],
    ['用户@例子.公司', '<email>'],
    ['संपर्क@उदाहरण.भारत', '<email>'],
    ['user＠example．com', '<email>'],
    ['δοκιμή@παράδειγμα.ελ', '<email>'],
    ['info@sub.sub.example.museum', '<email>'],
  ])('%j', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });
});

describe('phone numbers', () => {
  test.each([
    ['call +49 (0)89 123456-78', 'call <phone>'],
    ['call 555-123-4567.', 'call <phone>.'],
    ['tel:(555) 123 4567', 'tel:<phone>'],
    ['+1.555.123.4567', '<phone>'],
    ['+44 20 7946 0958', '<phone>'],
    ['0171/2345678', '<phone>'],
    ['06 12 34 56 78', '<phone>'],
    ['+91 98765 43210', '<phone>'],
    ['٠١٢٣٤٥٦٧٨٩', '<phone>'],
    ['۰۲۱-۱۲۳۴۵۶۷۸', '<phone>'],
    ['०९८७६५४३२१०', '<phone>'],
    ['電話は03-1234-5678です', '電話は<phone>です'],
    ['０３－１２３４－５６７８', '<phone>'],
    ['电话13812345678', '电话<phone>'],
    ['card 4111 1111 1111 1111', 'card <phone>'],
    ['89161234567 звоните', '<phone> звоните'],
    ['+972-54-123-4567', '<phone>'],
    ['（02）1234-5678', '<phone>'],
  ])('%j', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });
});

test.each([
  'nothing to hide: 3 of 10 at 10:30, 100 %',
  'in 2016 we won 3-1',
  'a @ b',
  'the end.Then a new one began',
  'e.g. this, i.e. that... and so on',
  '1,000,000 people and/or 50 dogs',
  'Прекрасный день, не правда ли?',
  '3.5 / 5 stars',
])('%j has nothing to hide', (text) => {
  expect(maskText(text)).toBe(text);
});

// In linear time each text takes far less than a second; in quadratic time, an hour. The limit is not
// a measurement: it ends a test that would hang.
test.each(['a', 'a.', 'a@', '1-', '@', 'www.', 'http', '1 (', 'a-b.'])(
  'a hostile text of a million times %j does not hold the thread',
  (part) => {
    // What is behind it makes sure that every pattern is tried.
    const context = { maskText, text: `${part.repeat(1_000_000)} @a b.c 1` };
    const mask = () => runInNewContext('maskText(text)', context, { timeout: 30_000 });
    expect(mask).not.toThrow();
  },
);
