// uap-core's regexes.yaml → two tables, so that the server needs no YAML when it starts:
//   user_agent_rules.tsv   regex, flags (`i` or blank), family, major, minor
//   os_rules.tsv           the same for operating systems
// A blank family, major or minor means: the first, second or third group of the match. `$1` in them means that group.
// The device section is left out: the kind of device follows from the operating system and a few words (src/enrich/device_type.cpp).
//
//   node user_agent_rules.mjs REGEXES_YAML OUTPUT_DIR
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTable } from './tsv.mjs';

/** Reads the narrow YAML the file is written in: sections, `- regex: '…'`, `  key: '…'`. Anything else is an error. */
function readSections(text) {
  const sections = {};
  let rules, rule;
  text.split('\n').forEach((line, index) => {
    if (/^\s*(#.*)?$/.test(line)) return;
    const section = /^(\w+):\s*$/.exec(line);
    const entry = /^\s+(- )?\s*(\w+):\s*(?:'((?:[^']|'')*)'|"([^"\\]*)")\s*(?:#.*)?$/.exec(line);
    if (section) {
      rules = sections[section[1]] = [];
    } else if (entry && rules) {
      if (entry[1]) rules.push((rule = {}));
      rule[entry[2]] = entry[3] !== undefined ? entry[3].replaceAll("''", "'") : entry[4];
    } else {
      throw new Error(`regexes.yaml:${index + 1}: not understood: ${line}`);
    }
  });
  return sections;
}

/** The source text of the first capturing group. */
function firstGroup(regex) {
  let start = -1;
  let depth = 0;
  for (let i = 0; i < regex.length; ++i) {
    if (regex[i] === '\\') ++i;
    else if (regex[i] === '[') i = endOfClass(regex, i);
    else if (regex[i] === '(') {
      if (start < 0 && regex[i + 1] !== '?') {
        start = i + 1;
        depth = 0;
      }
      ++depth;
    } else if (regex[i] === ')' && --depth === 0 && start >= 0) return regex.slice(start, i);
  }
  return '';
}

function endOfClass(regex, open) {
  let i = open + 1;
  if (regex[i] === '^') ++i;
  if (regex[i] === ']') ++i;
  while (regex[i] !== ']') i += regex[i] === '\\' ? 2 : 1;
  return i;
}

/** Does the group match only a fixed set of words? */
function isFinite(group) {
  return !/[[*+{]|\\[wdsWDS]/.test(group.replace(/\\[^wdsWDS]/g, ''));
}

/** What a rule names. `Other` where the name would be any text of the User-Agent: that must not be stored. */
function nameOf(rule, replacement) {
  const usesGroup = replacement === undefined || replacement.includes('$1');
  if (usesGroup && !isFinite(firstGroup(rule.regex))) return 'Other';
  return replacement ?? '';
}

const [input, output] = process.argv.slice(2);
const sections = readSections(readFileSync(input, 'utf8'));

writeTable(
  join(output, 'user_agent_rules.tsv'),
  sections.user_agent_parsers.map((rule) => [
    rule.regex, rule.regex_flag ?? '', nameOf(rule, rule.family_replacement), rule.v1_replacement ?? '', rule.v2_replacement ?? '',
  ]),
);
writeTable(
  join(output, 'os_rules.tsv'),
  sections.os_parsers.map((rule) => [
    rule.regex, rule.regex_flag ?? '', nameOf(rule, rule.os_replacement), rule.os_v1_replacement ?? '', rule.os_v2_replacement ?? '',
  ]),
);
