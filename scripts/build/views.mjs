// Makes static/views.js fit into its budget.
import { transform } from 'esbuild';

export const bytesMax = 1024; // as served, uncompressed

/** The script as it is served. Throws when it is over budget. */
export async function buildViews(source) {
  const text = (await transform(source, { minify: true, target: 'es2021', charset: 'utf8' })).code.trim();
  if (Buffer.byteLength(text) > bytesMax) throw new Error(`views.js: ${Buffer.byteLength(text)} bytes, ${bytesMax} are allowed`);
  return text;
}
