// Joins what a process loads at its start into a few files: Node takes a quarter of a second to find and
// read the 600 modules of the server one by one. Beside them lies what the compiler makes of each.
import { rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

rmSync('dist/chunks', { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    main: 'src/main.ts',
    'cluster/member': 'src/cluster/member.ts',
    'inference/worker': 'src/inference/worker.ts',
  },
  platform: 'node',
  // These find their own parts in ways that can't be followed.
  external: ['onnxruntime-node', 'fasttext.wasm.js', 'jsonc-parser'],
});
// As deep as the modules in `src/*`, so that relative addresses of files hold.
await bundle.write({ dir: 'dist', chunkFileNames: 'chunks/[name].js' });
await bundle.close();
