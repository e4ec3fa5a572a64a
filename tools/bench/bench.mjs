/**
 * `npx nx run bench:all [-- NAME...]`: measures us side by side with the peers, in one run, and prints ratios, in the
 * end as one table.
 * Each file of `figures/` is one comparison; its `run(log)` gives rows (see `figure.mjs`). Exits with 1 when a
 * figure falls short of what it promises.
 */
import { readdirSync } from 'node:fs';
import { table, fallsShort } from './figure.mjs';

const names = readdirSync(new URL('figures/', import.meta.url))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`bench: no figure named ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(2);
}

const all = [];
for (const name of wanted.length > 0 ? wanted : names) {
  const { about, run } = await import(`./figures/${name}.mjs`);
  console.log(`\n${name}: ${about}\n`);
  const rows = await run((line) => console.error(`  ${line}`));
  console.log(table(rows));
  all.push(...rows);
}
if (wanted.length !== 1) console.log(`\nall together\n\n${table(all)}`);
const short = all.filter(fallsShort).length;
if (short > 0) {
  console.error(`\nbench: ${short} figures fall short`);
  process.exitCode = 1;
}
