// static.mjs SRC OUT: makes the public files in OUT from those in SRC, each also compressed (.gz, .br) for clients that accept it.
// static/CMakeLists.txt runs it and knows the list of results.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildTracker } from './tracker.mjs';
import { buildViews } from './views.mjs';

const [source, out] = process.argv.slice(2);
if (!out) throw new Error('usage: static.mjs SRC OUT');

const read = (name) => readFile(join(source, name));
const tracker = await buildTracker(await readFile(join(source, 'pico.js'), 'utf8'));

const files = {
  'pico.js': tracker,
  'picolytics.js': tracker, // the same under the product's name
  'views.js': await buildViews(await readFile(join(source, 'views.js'), 'utf8')),
  'demo.html': await read('demo.html'),
  'demo.css': await read('demo.css'),
  'demo.js': await read('demo.js'),
  'api/openapi.json': await read('openapi.json'),
};

await mkdir(join(out, 'api'), { recursive: true });
for (const [name, content] of Object.entries(files)) {
  const bytes = Buffer.from(content);
  await writeFile(join(out, name), bytes);
  await writeFile(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
  await writeFile(join(out, `${name}.br`), brotliCompressSync(bytes, { params }));
}
