// What the compiler leaves of the console: markup, styles, pictures.
import { cpSync } from 'node:fs';

cpSync('src/console/browser', 'dist/console/browser', {
  recursive: true,
  filter: (path) => !/\.ts$|tsconfig\.json$/.test(path),
});
