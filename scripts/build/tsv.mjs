// Tab-separated tables: what the build scripts write and the server embeds (src/enrich/table.hpp reads them).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes rows of texts, one a line. A text with a tab or a line break cannot be told apart when read, so it is refused. */
export function writeTable(file, rows) {
  const lines = rows.map((row) => {
    for (const text of row) {
      if (/[\t\r\n]/.test(text)) throw new Error(`${file}: a field holds a tab or a line break: ${JSON.stringify(text)}`);
    }
    return row.join('\t') + '\n';
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.join(''));
}
