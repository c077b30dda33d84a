// Makes static/pico.js fit into its budget. esbuild does what can be done for any script; the two tables below do what can only be
// done by somebody who knows this one. Each entry must apply, so that an edit of the source cannot silently disable one.
import { transform } from 'esbuild';

export const bytesMax = 999; // as served, uncompressed: under 1,000

// Shorter spellings of the same test: [as written, as sent].
const spellings = [
  ['/1|yes|true/', '/[1yt]/'], // "0", "no", "false", "null", "undefined" and "unspecified" have none of the three letters
  ['=="pagehide"', '<"pages"'], // the first, alphabetically, of the events it hears
  ['=="complete"', '<"d"'], // the others are "interactive" and "loading"
  ['url.split(end)[0]?', 'url.split(end,1)?'], // a string and an array of one string compare as strings
];

// One letter for each name. n, l, r, p and i are also keys of the message, which makes `n: name` a mere `n`.
const names = {
  name: 'n', url: 'l', referrer: 'r', properties: 'p', interactive: 'i',
  browser: 'b', call: 'c', display: 'd', endpoint: 'e', from: 'f', send: 's', hook: 'h', end: 'j', look: 'k', moved: 'm',
  original: 'o', page: 'g', past: 'q', popstate: 'u', refusals: 'v', state: 'w', timing: 't', message: 'x', event: 'y',
  leaving: 'z', method: 'a', type: 'A',
};

function replaceAll(text, pattern, replacement) {
  const parts = text.split(pattern);
  if (parts.length < 2) throw new Error(`tracker: nothing to replace for ${pattern}`);
  return parts.join(replacement);
}

/** The tracker as it is served, without a line end. Throws when it is over budget. */
export async function buildTracker(source) {
  const options = { minifyWhitespace: true, minifySyntax: true, target: 'es2021', charset: 'utf8' };
  // Printed once by esbuild, the text has no comments and one way to write things.
  let text = (await transform(source, options)).code;
  for (const [written, sent] of spellings) text = replaceAll(text, written, sent);
  for (const [name, letter] of Object.entries(names)) {
    // Neither a property (`event.type`, but `...call` is none) nor a string.
    text = replaceAll(text, new RegExp(`(?<!(?<!\\.\\.)\\.|[\\w"])${name}(?![\\w":])`), letter);
  }
  text = (await transform(text, options)).code.trim();
  if (Buffer.byteLength(text) > bytesMax) throw new Error(`tracker: ${Buffer.byteLength(text)} bytes, ${bytesMax} are allowed`);
  return text;
}
