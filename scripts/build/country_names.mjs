// i18n-iso-countries → country_names.tsv: the two letters of ISO 3166-1 in lower case and the country's English name, one a line.
//
//   node country_names.mjs EN_JSON OUTPUT_DIR
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTable } from './tsv.mjs';

const [input, output] = process.argv.slice(2);
const { countries } = JSON.parse(readFileSync(input, 'utf8'));

// Where a country has several names, the first one is the official one.
writeTable(join(output, 'country_names.tsv'), Object.entries(countries).map(([code, names]) => [code.toLowerCase(), [names].flat()[0]]));
