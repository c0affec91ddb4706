// The archive of an image, in STORE/SHA: what `docker save` wrote, its bill of materials, the image's
// id, and the digests of the three. STORE is a folder or s3://bucket/prefix, by the server's own
// stores: what is there is never written over.
//
//   archive.mjs id STORE SHA           prints the id of the archived image; nothing where there is none
//   archive.mjs put STORE SHA FOLDER   copies an archive from FOLDER
//   archive.mjs get STORE SHA FOLDER   copies it to FOLDER, each file checked by its digest
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '#dist/toolkit.js';

const SUMS = 'SHA256SUMS';
const MAX_BYTES = 2 * 1024 ** 3;
const [verb, location, sha, folder] = process.argv.slice(2);
const store = openStore(location);
const read = (name) => store.read(`${sha}/${name}`, MAX_BYTES);

/** `sha256sum` writes two spaces between digest and name. */
const parse = (sums) =>
  sums
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split('  '));

const verbs = {
  async id() {
    try {
      // Written last: without it, the rest is not whole yet.
      await read(SUMS);
    } catch (error) {
      if (error.code === 'not-found') {
        return;
      }
      throw error;
    }
    process.stdout.write(await read('image-id'));
  },

  async put() {
    const sums = await readFile(join(folder, SUMS));
    for (const name of [...parse(sums).map(([, name]) => name), SUMS]) {
      const bytes = await readFile(join(folder, name));
      const result = await store.create(`${sha}/${name}`, bytes);
      if (result === 'exists' && !bytes.equals(await read(name))) {
        throw new Error(`${location}/${sha}/${name} is there with other bytes: not overwritten`);
      }
    }
  },

  async get() {
    for (const [digest, name] of parse(await read(SUMS))) {
      const bytes = await read(name);
      const found = createHash('sha256').update(bytes).digest('hex');
      if (found !== digest) {
        throw new Error(
          `${location}/${sha}/${name} is damaged: expected ${digest}, found ${found}`,
        );
      }
      await writeFile(join(folder, name), bytes);
    }
  },
};

try {
  await verbs[verb]();
} catch (error) {
  console.error(`archive: ${error.message}`);
  process.exitCode = 1;
}
