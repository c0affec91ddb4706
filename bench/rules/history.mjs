// What replicas counted before the measurement, written to Prometheus by remote write, so that the rules of
// long windows have their samples: https://prometheus.io/docs/specs/prw/remote_write_spec/ (version 1.0).
import { valueAt } from './exposition.mjs';

/** Prometheus refuses what is more than an hour older than its newest sample: all series advance together. */
const SLAB_MS = 20 * 60_000;
const SERIES_PER_REQUEST = 2_000;

/** A buffer that grows, with the encodings of protobuf. */
function createWriter(capacity = 1 << 22) {
  let buffer = Buffer.allocUnsafe(capacity);
  let at = 0;
  const room = (bytes) => {
    if (at + bytes > buffer.length) {
      buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
    }
  };
  const varint = (value) => {
    room(10);
    let rest = value;
    while (rest >= 128) {
      buffer[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    buffer[at++] = rest;
  };
  return {
    varint,
    bytes(content) {
      room(content.length);
      at += content.copy(buffer, at);
    },
    /** A `Sample` as field 2 of a `TimeSeries`: value, milliseconds since 1970. */
    sample(value, timeMs) {
      room(32);
      buffer[at++] = 0x12;
      // A time of these years is a varint of six bytes.
      buffer[at++] = 16;
      buffer[at++] = 0x09;
      at = buffer.writeDoubleLE(value, at);
      buffer[at++] = 0x10;
      varint(timeMs);
    },
    take: () => {
      const content = Buffer.from(buffer.subarray(0, at));
      at = 0;
      return content;
    },
  };
}

const field = (number, content) => {
  const writer = createWriter(content.length + 16);
  writer.varint((number << 3) | 2);
  writer.varint(content.length);
  writer.bytes(content);
  return writer.take();
};

/** The labels of a series, in their order. */
function encodeLabels(labels) {
  const sorted = labels.sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(
    sorted.map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ),
  );
}

/** Snappy's block format with one literal: not compressed. */
function snappy(content) {
  const writer = createWriter(content.length + 32);
  writer.varint(content.length);
  const head = Buffer.alloc(5);
  head[0] = 63 << 2;
  head.writeUInt32LE(content.length - 1, 1);
  writer.bytes(head);
  writer.bytes(content);
  return writer.take();
}

/**
 * @param samples as `parseExposition` returns them: the series to write.
 * @param targets the `instance` of each replica. @param from when the first samples are, epoch ms.
 */
export async function writeHistory(url, options) {
  const { samples, targets, startedAt, from: first, until, intervalMs } = options;
  const series = targets.flatMap((instance, replica) =>
    samples.map((sample) => ({
      sample,
      replica,
      labels: encodeLabels([
        ['__name__', sample.name],
        ['instance', instance],
        ['job', 'tweet-sentiment'],
        ...sample.labels,
      ]),
    })),
  );
  const [request, one] = [createWriter(), createWriter()];
  for (let from = first; from < until; from += SLAB_MS) {
    const end = Math.min(from + SLAB_MS, until);
    for (let i = 0; i < series.length; i += SERIES_PER_REQUEST) {
      for (const { sample, replica, labels } of series.slice(i, i + SERIES_PER_REQUEST)) {
        one.bytes(labels);
        for (let time = from; time < end; time += intervalMs) {
          one.sample(valueAt(sample, replica, time - startedAt), time);
        }
        request.bytes(field(1, one.take()));
      }
      await post(url, snappy(request.take()));
    }
  }
}

/** Writes one sample of each series. @param vector `metric` and `value` of each, as a query returns them. */
export async function writeVector(url, { name, vector, timeMs }) {
  const [request, one] = [createWriter(1 << 16), createWriter(1 << 12)];
  for (const { metric, value } of vector) {
    const { __name__, ...labels } = metric;
    one.bytes(encodeLabels([['__name__', name], ...Object.entries(labels)]));
    one.sample(value, timeMs);
    request.bytes(field(1, one.take()));
  }
  await post(url, snappy(request.take()));
}

async function post(url, body) {
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
  };
  const answer = await fetch(`${url}/api/v1/write`, { method: 'POST', headers, body });
  if (!answer.ok) {
    throw new Error(`Prometheus refused the history: ${answer.status} ${await answer.text()}`);
  }
}
