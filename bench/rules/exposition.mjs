// The metrics of a real server as those of many replicas: its own text, with values that differ and grow.

/** Series whose value is no count and that a replica keeps: names, shares, times. */
const CONSTANT =
  /^classifier_(model_info|model_commit|reference_ratio|normal_|last_load|queue_cap)/;
const TYPE = /^# TYPE (\S+) (\S+)$/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: # .*)?$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const MINUTE_MS = 60_000;

/**
 * @param text of `GET /metrics`; its counters are what a replica counts in a minute.
 * @returns its lines; of a sample `name`, `labels`, `value`, and whether it grows.
 */
export function parseExposition(text) {
  const types = new Map();
  return text
    .split('\n')
    .filter((line) => line !== '' && line !== '# EOF')
    .map((line) => {
      const [, family, type] = TYPE.exec(line) ?? [];
      if (family) {
        types.set(family, type);
      }
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (!name) {
        return { line };
      }
      const typeOf = types.get(name) ?? types.get(name.replace(/_(bucket|sum|count)$/, ''));
      return {
        line: line.slice(0, line.lastIndexOf(' ')),
        name,
        labels: [...labels.matchAll(LABEL)].map(([, key, text]) => [key, text]),
        value: Number(value),
        grows: typeOf === 'counter' || typeOf === 'histogram',
        isConstant: CONSTANT.test(name),
      };
    });
}

/** Replicas receive between a half and one and a half of the traffic of the server. */
const shareOf = (replica) => 0.5 + ((replica * 0.618_033_988_75) % 1);

/** The value of a sample of a replica, so long after it started. */
export function valueAt({ value, grows, isConstant }, replica, elapsedMs) {
  if (isConstant) {
    return value;
  }
  const scaled = value * shareOf(replica) * (grows ? elapsedMs / MINUTE_MS : 1);
  return Number.isInteger(value) ? Math.floor(scaled) : scaled;
}

/** The text of a replica's `GET /metrics`. */
export function render(samples, replica, elapsedMs) {
  let text = '';
  for (const sample of samples) {
    text += sample.name
      ? `${sample.line} ${valueAt(sample, replica, elapsedMs)}\n`
      : `${sample.line}\n`;
  }
  return text;
}
