/** The documents against the built product: metrics, routes, fields of the log, commands. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PredictResponse } from '../../src/api/predict.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { writeNormal } from '../../src/drift/normal.ts';
import { readExample } from '../../tools/renew-documents.mjs';
import {
  codeSpans,
  listDocuments,
  listFiles,
  promqlOf,
  readDocument,
  tableRows,
  tablesOf,
} from '../docs/markdown.ts';
import { startCollector } from '../support/collector.ts';
import { type Metric, metricOf, parseExposition } from '../support/exposition.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { calibratedStore, MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT, runCommand, startServer, type TestServer } from '../support/server.ts';

const ADMIN_TOKEN = 'sixteen-characters';

/** Of lines of predictions: with tracing, and with keys. */
const OPTIONAL_FIELDS = ['span_id', 'client'];

const metricsPage = readDocument('docs/reference/metrics.md');
const logPage = readDocument('docs/reference/log.md');
const example = readExample(readDocument('README.md'));

describe('a running server', () => {
  let server: TestServer;
  let metrics: Map<string, Metric>;
  let firstSeries: string[];
  let lastSeries: string[];
  let counted: number | undefined;
  let predictions: PredictResponse['predictions'];

  beforeAll(async () => {
    const baselines = temporaryFolder();
    // So that every metric has a series.
    const { store, sha } = calibratedStore();
    cpSync(join(ROOT, 'models', `${MODEL}.bundle`), join(store, `${MODEL}.bundle`));
    await writeNormal(baselines, {
      ...{ name: 'tweet-sentiment', commit: sha, texts: 1000 },
      ...{ from: '2026-11-20T12:00:00Z', to: '2026-11-27T12:00:00Z' },
      features: { label: { negative: { ratio: 0.25, deviation: 0.01 } } },
    });
    // So that requests have spans, which the log names.
    const collector = await startCollector();
    server = await startServer({
      ...{ ADMIN_TOKEN, BASELINES: baselines, MODEL_STORE: store },
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    try {
      firstSeries = [...(await server.metrics()).keys()];
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const response = await server.predict({ inputs: example.inputs }, { traceparent });
      ({ predictions } = (await response.json()) as PredictResponse);
      await fetch(`${server.url}/feedback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: predictions[0]?.id, label: 'positive' }),
      });
      const authorization = `Bearer ${ADMIN_TOKEN}`;
      const candidate = await fetch(`${server.url}/admin/shadow`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ commit: MULTILINGUAL, share: 1 }),
      });
      expect(candidate.status).toBe(200);
      for (const route of documentedRoutes('GET')) {
        const path = route
          .replace('<path>', 'golden.json')
          .replace('<file>', 'console.js')
          .replace('<sha>', PINNED)
          .replace('<name>', 'tweet-sentiment');
        const response = await fetch(server.url + path, { headers: { authorization } });
        expect(response.status, path).toBe(200);
      }
      expect((await server.predict('{')).status).toBe(400);
      expect((await fetch(`${server.url}/none`)).status).toBe(404);
      const last = await server.metrics();
      lastSeries = [...last.keys()];
      counted = last.get(example.counted);
      metrics = parseExposition(await (await fetch(`${server.url}/metrics`)).text());
    } finally {
      await server.stop();
      await collector.close();
    }
  });

  test('answers README’s request as README has it, which `node tools/renew-documents.mjs` writes', () => {
    expect(predictions).toHaveLength(example.answers.length);
    for (const [at, { scores, ...answer }] of example.answers.entries()) {
      // CPUs round differently.
      const score = expect.closeTo(answer.score, 1);
      expect(predictions[at]).toMatchObject({ ...answer, score });
      for (const [label, value] of Object.entries(scores)) {
        expect(predictions[at]?.scores[label]).toBeCloseTo(value, 1);
      }
    }
    const answers = example.answers.map(({ scores, ...answer }) => answer);
    expect(answers).toContainEqual(example.logged);
    expect(counted).toBe(1);
  });

  test('has the metrics of docs/reference/metrics.md: names, types, labels', () => {
    const documented = tablesOf(metricsPage, 'name')
      .flat()
      .flatMap(([names = '', type = '', labels = '']) =>
        codeSpans(names).map((name) => ({ name, type, labels: codeSpans(labels) })),
      );
    const actual = [...metrics]
      .filter(([name]) => !/^(process|nodejs)_/.test(name))
      .map(([name, { type, labels }]) => ({ name, type, labels: Object.keys(labels) }));
    expect(byName(documented)).toEqual(byName(actual));
  });

  test('has the values of labels that docs/reference/metrics.md lists', () => {
    const listed = tablesOf(metricsPage, 'name')
      .flat()
      .filter(([, , labels]) => labels?.includes(':'));
    expect(listed.length).toBeGreaterThan(0);
    for (const [names = '', , cell = ''] of listed) {
      const [label = ''] = codeSpans(cell);
      const values = cell.slice(cell.indexOf(':') + 1).split(',');
      const actual = metrics.get(codeSpans(names)[0] ?? '')?.labels[label];
      expect
        .soft([...(actual ?? [])].sort(), cell)
        .toEqual(values.map((value) => value.trim()).sort());
    }
  });

  test('has each metric that a document, a rule or the dashboard names', () => {
    const configuration = listFiles('deploy').filter((path) => /\.(ya?ml|json)$/.test(path));
    for (const path of [...listDocuments(), ...configuration]) {
      // Before or after a colon, it is part of the name of a recording rule.
      const names = readDocument(path).matchAll(
        /(?<![:\w/.-])(classifier|http|prediction_log)_[a-z_]+(?![\w:])/g,
      );
      for (const [name] of names) {
        const base = name.replace(/_(bucket|sum|count)$/, '');
        expect.soft(metrics.has(name) || metrics.has(base), `${name} in ${path}`).toBe(true);
      }
    }
  });

  test('has the labels and values that the queries of docs/reference/metrics.md name', () => {
    const queries = promqlOf(metricsPage);
    expect(queries.length).toBeGreaterThan(10);
    for (const query of queries) {
      const selectors = [...query.matchAll(/(?<![:\w])([a-z_]+)(?:\{([^}]*)\})?(?=[[\s)]|$)/g)]
        .map(([, name = '', matchers = '']) => ({ metric: metricOf(metrics, name), matchers }))
        .filter(({ metric }) => metric !== undefined);
      for (const { metric, matchers } of selectors) {
        for (const [, label = '', value = ''] of matchers.matchAll(/(\w+)=~?"([^"]*)"/g)) {
          const values = [...(metric?.labels[label] ?? [])];
          const isKnown = values.some((each) => new RegExp(`^(?:${value})$`).test(each));
          expect.soft(isKnown, `${label}="${value}" in ${query}`).toBe(true);
        }
      }
      const known = selectors.flatMap(({ metric }) => Object.keys(metric?.labels ?? {}));
      const grouped = [...query.matchAll(/\bby \(([\w, ]+)\)/g)].flatMap(([, list = '']) =>
        list.split(', '),
      );
      const unknown = grouped.filter((label) => ![...known, 'le', 'instance'].includes(label));
      expect.soft(unknown, query).toEqual([]);
    }
  });

  test('has the routes of docs/reference/http.md', () => {
    // What Express calls `:file` and `*path` is `<file>` and `<path>` in the documents.
    const actual = [...(metrics.get('http_requests_total')?.labels.route ?? [])]
      .filter((route) => route !== 'none')
      .map((route) => route.replace(/[:*](\w+)/g, '<$1>'));
    expect(documentedRoutes('[A-Z]+').sort()).toEqual(actual.sort());
  });

  test('has every series from the first scrape', () => {
    const ownOf = (series: readonly string[]): string[] =>
      series
        // Of a candidate, there are series only while there is one.
        .filter((name) => !/^(process_|nodejs_|classifier_shadow_(info|predictions))/.test(name))
        .sort();
    expect(ownOf(lastSeries)).toEqual(ownOf(firstSeries));
  });

  test('writes the fields of docs/reference/log.md to its log', () => {
    const fields = new Map(
      tablesOf(logPage, 'event')
        .flat()
        .map(([event = '', , cell = '']) => [event.replaceAll('`', ''), codeSpans(cell)] as const),
    );
    const events = server.lines.map(({ event }) => event);
    expect(events.sort()).toEqual(
      [
        'listening',
        'ready',
        'prediction',
        'prediction',
        'feedback',
        'model_change',
        'request',
        'request',
        'draining',
        'stopped',
      ].sort(),
    );
    for (const { timestamp, level, event, ...rest } of server.lines) {
      const documented = fields.get(event) ?? [];
      // Some fields depend on the request, on the kind of change and its result, and on settings.
      const expected = ['model_change', 'listening', 'request'].includes(event)
        ? documented.filter((name) => name in rest)
        : documented.filter((name) => name in rest || !OPTIONAL_FIELDS.includes(name));
      expect.soft(Object.keys(rest), event).toEqual(expected);
    }
  });
});

describe('the command line', () => {
  /** What `--help` lists, by command, such as `models diff`. */
  const commands = new Map<string, { readonly usage: string; readonly options: string[] }>();

  beforeAll(async () => {
    const visit = async (path: readonly string[]): Promise<void> => {
      const { stdout } = await runCommand([...path, '--help']);
      const subcommands = /^Commands:\n(.+?)(?:\n\n|$(?!\n))/ms.exec(stdout)?.[1] ?? '';
      const names = [...subcommands.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name as string);
      if (names.length === 0) {
        const usage = /^Usage: tweet-sentiment (.+)$/m.exec(stdout)?.[1] ?? '';
        const listed = stdout.matchAll(/^ {2}(?:-\w, )?((?:(?:, )?--[\w-]+)+)/gm);
        const options = [...listed].flatMap(([, all = '']) => all.split(', ')); // it may have two names
        commands.set(path.join(' '), {
          usage: usage.replace(' [options]', ''),
          options: options.filter((name) => name !== '--help'),
        });
      }
      for (const name of names.filter((each) => each !== 'help')) {
        await visit([...path, name]);
      }
    };
    await visit([]);
  });

  test('has the commands and options of docs/reference/commands.md', () => {
    const documented = tableRows(readDocument('docs/reference/commands.md'), 'command').map(
      ([usage = '', options = '']) => [codeSpans(usage)[0], codeSpans(options)],
    );
    const actual = [...commands.values()].map(({ usage, options }) => [
      usage,
      usage === 'serve' ? [] : options,
    ]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(actual));
  });

  test('takes each setting as an option of serve', () => {
    const flags = Object.values(SETTINGS).map(
      ({ variable }) => `--${variable.toLowerCase().replaceAll('_', '-')}`,
    );
    expect(commands.get('serve')?.options).toEqual(flags);
  });

  /** The words of a command line that name a command: arguments may follow. */
  const longestCommand = (words: string): string => {
    const names = words.split(' ').map((_, at, all) => all.slice(0, at + 1).join(' '));
    return names.findLast((name) => commands.has(name)) ?? '';
  };

  test('has each command and option that a document uses', () => {
    for (const path of listDocuments()) {
      const uses = readDocument(path).matchAll(
        /(?:^|`|\| )(?:tweet-sentiment|node dist\/main\.js) ((?:[a-z][a-z-]*(?: |$|(?=`)))+)([^`|#&\n]*)/gm,
      );
      for (const [use, words = '', rest = ''] of uses) {
        const name = longestCommand(words.trim());
        const options = commands.get(name)?.options;
        expect.soft(options, `${use} in ${path}`).toBeDefined();
        for (const [option] of rest.matchAll(/--[a-z-]+/g)) {
          expect.soft([...(options ?? []), '--help'], `${use} in ${path}`).toContain(option);
        }
      }
    }
  });
});

/** The routes of docs/reference/http.md, such as `/model/files/<path>`. @param method a regular expression. */
function documentedRoutes(method: string): string[] {
  const pattern = new RegExp(`^${method} (/\\S*)`);
  const spans = codeSpans(readDocument('docs/reference/http.md')).map(
    (text) => pattern.exec(text)?.[1],
  );
  return [...new Set(spans.filter((route) => route !== undefined))];
}

function byName<T extends { readonly name: string }>(metrics: readonly T[]): Record<string, T> {
  return Object.fromEntries(metrics.map((metric) => [metric.name, metric]));
}
