import { expect, test } from 'vitest';
import { preferredType, prefersGzip } from '../../src/http/middleware/negotiate.ts';

const OFFERED = [
  { name: 'text/plain', versions: ['0.0.4'] },
  { name: 'application/openmetrics-text', versions: ['1.0.0'] },
];
const [TEXT, OPEN_METRICS] = [0, 1];

/** What Prometheus sends, by its version. */
const PROMETHEUS = {
  '2.42':
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  '3.0':
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
};

test.each<[string | undefined, number]>([
  [PROMETHEUS['2.42'], OPEN_METRICS],
  [PROMETHEUS['3.0'], OPEN_METRICS],
  ['application/openmetrics-text', OPEN_METRICS],
  ['Application/OpenMetrics-Text; Version="1.0.0"', OPEN_METRICS],
  ['text/plain;q=0.1, application/openmetrics-text;q=0.2', OPEN_METRICS],
  ['text/plain;q=0, */*', OPEN_METRICS],
  ['text/*;q=0.2, application/*;q=0.3', OPEN_METRICS],
  // Of equal ones the first, which browsers and curl know.
  [undefined, TEXT],
  ['', TEXT],
  ['*/*', TEXT],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
  ['text/plain;q=0.2, application/openmetrics-text;q=0.1', TEXT],
  ['application/openmetrics-text;q=0, */*;q=0.1', TEXT],
  ['application/openmetrics-text;version=2.0.0, text/plain;q=0.1', TEXT],
  // What is not offered, or not understood, gets what it got before there was a choice.
  ['application/json', TEXT],
  ['application/openmetrics-text;q=much', TEXT],
  [',;=', TEXT],
])('Accept: %s', (accept, expected) => {
  expect(preferredType(OFFERED, accept)).toBe(expected);
});

test.each<[string | undefined, boolean]>([
  ['gzip', true],
  ['gzip, deflate, br', true],
  ['br;q=1.0, gzip;q=0.8, *;q=0.1', true],
  ['GZIP', true],
  ['identity;q=0.5, gzip', true],
  [undefined, false],
  ['', false],
  ['identity', false],
  ['gzip;q=0', false],
  ['gzip;q=0.5, identity', false],
  ['deflate', false],
])('Accept-Encoding: %s', (acceptEncoding, expected) => {
  expect(prefersGzip(acceptEncoding)).toBe(expected);
});
