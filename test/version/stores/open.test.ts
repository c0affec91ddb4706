import { expect, test } from 'vitest';
import { openStore } from '../../../src/version/stores/open.ts';

test.each([
  [
    'ftp://host/x',
    'MODEL_STORE must be a folder, s3://bucket/prefix or https://host/prefix, found',
  ],
  ['s3:bucket', 'expected s3://bucket/prefix, found s3:bucket'],
  ['s3://Bucket/x', 'expected s3://bucket/prefix'],
  ['s3://bucket//x', 'expected s3://bucket/prefix'],
  ['https://', 'expected https://host/prefix'],
  ['https://user:secret@host/x', 'without user, query or fragment'],
  ['https://host/x?signature=1', 'without user, query or fragment'],
  ['http://models.example.com/x', 'http:// is only for this machine'],
  ['http://127.0.0.1.example.com/x', 'http:// is only for this machine'],
])('%s is not a store', (location, message) => {
  expect(() => openStore(location)).toThrow(message);
  expect(() => openStore(location)).not.toThrow('secret');
});

test.each([
  ['models', 'models'],
  ['C:\\models', 'C:\\models'],
  ['s3://bucket', 's3://bucket'],
  ['s3://my.bucket/a/b/', 's3://my.bucket/a/b'],
  ['https://host/a/', 'https://host/a'],
  ['http://localhost:1/a', 'http://localhost:1/a'],
  ['http://[::1]:1/a', 'http://[::1]:1/a'],
])('%s is a store', (location, name) => {
  expect(openStore(location).location).toBe(name);
});
