/**
 * Makes packages/audit/src/policies.json from a facts file (`node tools/policies/update.mjs FACTS.json`): the data
 * is never typed by hand. What the code doesn't read is left out; each list keeps its order, so that a diff shows
 * what a new policy brings.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FORMAT = 'wheel-policy-facts/1';

const [input] = process.argv.slice(2);
if (input === undefined) {
  console.error('usage: node tools/policies/update.mjs FACTS.json');
  process.exit(2);
}
const facts = JSON.parse(readFileSync(input, 'utf8'));
if (facts.format !== FORMAT) {
  console.error(`${input}: the format is ${facts.format}, expected ${FORMAT}`);
  process.exit(2);
}

const { source, families, code_facts } = facts;
const data = {
  format: FORMAT,
  source,
  families,
  code_facts: { musl_libc_soname: code_facts.musl_libc_soname },
};

/** One line for whatever fits, so that a list of versions is a line and not a page. */
function format(value, indent = '') {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || line.length + indent.length <= 120) return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const rows = Array.isArray(value)
    ? value.map((item) => inner + format(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${format(item, inner)}`);
  return `${open}\n${rows.join(',\n')}\n${indent}${close}`;
}

const target = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../packages/audit/src/policies.json',
);
writeFileSync(`${target}.new`, `${format(data)}\n`);
renameSync(`${target}.new`, target);
