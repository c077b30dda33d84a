// crawler-user-agents → crawler_rules.tsv (one regex a line) and, for the tests, crawler_samples.tsv (one User-Agent a line).
//
//   node crawler_rules.mjs CRAWLER_USER_AGENTS_JSON OUTPUT_DIR
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTable } from './tsv.mjs';

const [input, output] = process.argv.slice(2);
const crawlers = JSON.parse(readFileSync(input, 'utf8'));
const samples = crawlers.flatMap((crawler) => crawler.instances).map((text) => text.replace(/[\t\r\n]+/g, ' '));

writeTable(join(output, 'crawler_rules.tsv'), crawlers.map((crawler) => [crawler.pattern]));
writeTable(join(output, 'crawler_samples.tsv'), [...new Set(samples)].filter((text) => text && !text.startsWith('#')).map((text) => [text]));
