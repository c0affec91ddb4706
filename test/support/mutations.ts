/** Requests that are almost right, from a seed: the same seed makes the same bytes. */
import { gzipSync } from 'node:zlib';
import { get, post } from './attack.ts';

export interface Random {
  /** A number from 0 to `max` - 1. */
  below(max: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
}

/** Mulberry32: small, and good enough to choose test data. */
export function createRandom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (max) => Math.floor(next() * max),
    pick: (items) => items[Math.floor(next() * items.length)] as never,
    chance: (probability) => next() < probability,
  };
}

type Make = (random: Random) => string;

const textOf: Make = ({ below }) => `text number ${below(200)}`;
const bodies: readonly Make[] = [
  (random) => JSON.stringify({ inputs: textOf(random) }),
  (random) => JSON.stringify({ inputs: [textOf(random), textOf(random), textOf(random)] }),
  (random) => JSON.stringify([textOf(random), textOf(random)]),
  (random) => `\xef\xbb\xbf${JSON.stringify([textOf(random)])}`,
  () => '{"inputs":"\xff\xfe \xc3"}',
  () => '{"inputs":"\xf0\x9f\x98\x80 \xe2\x80\xae"}',
  () => '{"inputs":"\\ud83d \\u0000 \\ude00"}',
  () => '{"inputs":"a","inputs":["b","c"],"__proto__":{}}',
  () => `{"inputs":${'['.repeat(5_000)}`,
  () => `{"inputs":${'9'.repeat(20_000)}}`,
  () => `{"inputs":"${'x'.repeat(20_000)}"}`,
  () => `[${Array(65).fill('"a"').join(',')}]`,
  () => '',
  () => 'null',
];
const bodyOf: Make = (random) => random.pick(bodies)(random);

const INFER = '/v2/models/tweet-sentiment/infer';
const inferInput = (shape: readonly number[], fields: object) =>
  JSON.stringify({ inputs: [{ name: 'text', datatype: 'BYTES', shape, ...fields }] });
const inferBodies: readonly Make[] = [
  (random) => inferInput([1], { data: [textOf(random)] }),
  (random) => inferInput([2, 1], { data: [[textOf(random)], [textOf(random)]] }),
  (random) => inferInput([2], { data: [textOf(random)] }),
  (random) => inferInput([9e15, 9e15], { data: [textOf(random)] }),
  () => `{"inputs":[{"shape":${'['.repeat(5_000)}`,
];

/** Binary data whose sizes may be wrong. */
const binaryInfer: Make = (random) => {
  const wrong = random.chance(0.3) ? random.below(300) : 0;
  const text = textOf(random);
  const binary = `${String.fromCharCode(text.length ^ (wrong % 256))}\0\0\0${text}`;
  const json = inferInput([1], { parameters: { binary_data_size: binary.length + wrong } });
  const length = `inference-header-content-length: ${random.pick([json.length, wrong])}\r\n`;
  return post(INFER, json + binary, length);
};

const POST = 'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

function chunked(body: string, { below, pick, chance }: Random): string {
  let encoded = '';
  for (let at = 0; at < body.length; ) {
    const size = 1 + below(Math.min(2_000, body.length - at));
    const digits = size.toString(16);
    const written = pick([digits, digits, digits.toUpperCase(), `000${digits}`, `${digits};a="b"`]);
    encoded += `${written}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${encoded}0\r\n${chance(0.2) ? 'x-trailer: 1\r\n' : ''}\r\n`;
}

const PATHS = [
  ...['/', '/healthz', '/readyz', '/model', '/metrics', '/console/data', '/console/main.js'],
  ...['/model/files/config.json', '/model/files/..%2f..%2fetc%2fpasswd', '/model/files/%', '/%ff'],
  ...[
    '//',
    '/predict',
    '/feedback',
    '/v2/health/ready',
    INFER,
    '/nothing?x=1#y',
    `/${'a'.repeat(3_000)}`,
    'http://x/healthz',
  ],
];
const METHODS = ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'PROPFIND', 'BREW'];

const requests: readonly Make[] = [
  ({ pick }) => get(pick(PATHS)),
  ({ pick }) => `${pick(METHODS)} ${pick(PATHS)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  ({ pick }) => `GET ${pick(PATHS)} HTTP/${pick(['1.0', '1.2', '2.0', '0.9'])}\r\nhost: x\r\n\r\n`,
  () => 'GET /healthz HTTP/1.1\r\n\r\n',
  () => 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => 'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
  () => 'GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: 200-ok\r\n\r\n',
  (random) => post('/predict', bodyOf(random)),
  (random) => post('/predict', bodyOf(random)),
  (random) => post('/predict', bodyOf(random), 'expect: 100-continue\r\n'),
  (random) => post('/predict', bodyOf(random), 'content-encoding: gzip\r\n'),
  (random) => {
    const bytes = gzipSync(Buffer.from(bodyOf(random), 'latin1')).toString('latin1');
    const head = `${POST}content-encoding: gzip\r\ncontent-length: ${bytes.length}\r\n\r\n`;
    return head + bytes;
  },
  (random) => `${POST}transfer-encoding: chunked\r\n\r\n${chunked(bodyOf(random), random)}`,
  (random) => `${POST}transfer-encoding: chunked\r\n\r\n${chunked(bodyOf(random), random)}`,
  (random) => post(INFER, random.pick(inferBodies)(random)),
  binaryInfer,
  ({ pick }) => post('/feedback', `{"id":"x","label":"${pick(['positive', 'no', '\xff'])}"}`),
];

const LENGTHS = [
  '-1',
  '+5',
  '0x10',
  '5, 5',
  '5, 6',
  '1e1',
  '',
  ' ',
  '00005',
  '9'.repeat(30),
  '5\x00',
];
const CODINGS = ['gzip, chunked', 'chunked, chunked', 'identity', 'xchunked', 'chunked\x0b', ''];
const HEADERS = [
  ...['no colon', ': no name', 'space : x', ' folded', 'a\x00b: c', 'bare: \r x', 'x: \xff\xfe'],
  ...['host: y', 'host:', 'connection: close', 'connection: keep-alive', 'connection: x, close'],
  ...['content-length: 5', 'transfer-encoding: chunked', 'transfer-encoding: gzip', 'te: trailers'],
  ...['expect: 100-continue', 'content-encoding: br', 'content-type: text/plain', 'upgrade: x'],
  ...[`x-long: ${'y'.repeat(20_000)}`, 'h: 1\r\n'.repeat(2_500).trim(), 'x-request-id: a b'],
];
const SIZES = ['-1', 'g', '', ' 5', '5 ', 'f'.repeat(17), '7fffffffffffffff', '5;\n', '5\n'];

type Mutate = (bytes: string, random: Random) => string;

const splice = (bytes: string, at: number, removed: number, added: string): string =>
  bytes.slice(0, at) + added + bytes.slice(at + removed);

const mutations: readonly Mutate[] = [
  (bytes, { below }) => splice(bytes, below(bytes.length), 1, ''),
  (bytes, { below }) => splice(bytes, below(bytes.length), 1, String.fromCharCode(below(256))),
  (bytes, { below }) => splice(bytes, below(bytes.length), 0, String.fromCharCode(below(256))),
  (bytes, { below }) => splice(bytes, below(bytes.length), below(bytes.length), ''),
  (bytes, { below }) => {
    const at = below(bytes.length);
    return splice(bytes, at, 0, bytes.slice(at, at + below(100)));
  },
  (bytes, { below }) => bytes.slice(0, below(bytes.length)),
  (bytes, { pick }) => bytes.replace(/\r\n/, `\r\n${pick(HEADERS)}\r\n`),
  (bytes, { pick }) => bytes.replace(/\r\n\r\n/, `\r\n${pick(HEADERS)}\r\n\r\n`),
  (bytes, { pick }) => bytes.replace(/(content-length: ).*/, `$1${pick(LENGTHS)}`),
  (bytes, { below }) => bytes.replace(/(content-length: ).*/, `$1${below(300)}`),
  (bytes, { pick }) => bytes.replace(/(transfer-encoding: ).*/, `$1${pick(CODINGS)}`),
  (bytes, { pick }) => bytes.replace(/\r\n\r\n[0-9a-f]+/i, `\r\n\r\n${pick(SIZES)}`),
  (bytes, { pick }) => bytes.replace(/\r\n/g, pick(['\n', '\r', '\r\r\n'])),
  (bytes) => bytes.replace('\r\n', ' \r\n'),
  (bytes, { pick }) => pick(['\r\n', '\n\n', '\x00', ' ', '\x16\x03\x01\x02']) + bytes,
  (bytes) => bytes.toUpperCase(),
];

/** @param rate of mutation: those that are not changed show what becomes of them behind a changed one. */
export function mutatedRequest(random: Random, rate: number): string {
  let bytes = random.pick(requests)(random);
  while (bytes !== '' && random.chance(rate)) {
    bytes = random.pick(mutations)(bytes, random);
  }
  return bytes;
}
