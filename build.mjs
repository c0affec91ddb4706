// Builds `dist`, which contains this script's output only: the TypeScript compiler only checks types. Each
// process loads a few files, since Node takes a quarter of a second to find and read the 600 modules of the
// server one by one.
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'rolldown';

const { resolve } = createRequire(import.meta.url);

rmSync('dist', { recursive: true, force: true });

// What package.json#imports calls `#dist/*`.
await build({
  input: {
    main: 'src/main.ts',
    member: 'src/cluster/member.ts',
    worker: 'src/inference/worker.ts',
    history: 'src/repository/browse/worker.ts',
    toolkit: 'src/toolkit.ts',
  },
  platform: 'node',
  // Nothing in it changes the output, and an image is built without it.
  tsconfig: false,
  // These find their own parts in ways that can't be followed.
  external: ['onnxruntime-node', 'fasttext.wasm.js', 'jsonc-parser', /^@grpc\//],
  output: { dir: 'dist', chunkFileNames: 'chunks/[name].js' },
});

// The pages: a script each, what both use, and files that are copied.
await build({
  input: {
    console: 'src/console/browser/console.ts',
    history: 'src/console/browser/history.ts',
    docs: 'src/console/browser/docs.ts',
  },
  platform: 'browser',
  tsconfig: false,
  output: { dir: 'dist/console', minify: true, chunkFileNames: 'shared.js' },
});
for (const page of ['index', 'history', 'docs']) {
  cpSync(`src/console/browser/${page}.html`, `dist/console/${page}.html`);
}
for (const name of ['console.css', 'history.css', 'docs.css', 'icon.svg']) {
  cpSync(`src/console/browser/${name}`, `dist/console/${name}`);
}
// The client for programs that use the server, in one file, with its types.
await build({
  input: { client: 'src/client/client.ts' },
  platform: 'browser',
  tsconfig: false,
  output: { dir: 'dist' },
});
const compiler = join(dirname(resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [compiler, '--project', 'src/client'], { stdio: 'inherit' });
// `models new` copies them.
cpSync('templates', 'dist/templates', { recursive: true });
// gRPC's library reads them.
cpSync('src/grpc/protos', 'dist/protos', { recursive: true });
// The page shows what to do about an alert.
cpSync('docs/runbook.md', 'dist/console/runbook.md');
cpSync(resolve('uplot/dist/uPlot.min.css'), 'dist/console/uplot.css');
for (const name of ['bundle.js', 'bundle.js.LICENSE.txt']) {
  cpSync(resolve(`swagger-ui-dist/swagger-ui-${name}`), `dist/console/swagger-ui-${name}`);
}
cpSync(resolve('swagger-ui-dist/swagger-ui.css'), 'dist/console/swagger-ui.css');
// It is needed for development only, and not installed beside the build: a bill of materials names it all the same.
const { name, version, license } = JSON.parse(
  readFileSync(resolve('swagger-ui-dist/package.json'), 'utf8'),
);
writeFileSync('dist/console/packages.json', JSON.stringify([{ name, version, license }]));
