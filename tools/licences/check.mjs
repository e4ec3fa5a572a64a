/**
 * What the published packages bring with them, by the lock file: name, release, licence, and which of our packages need
 * it. `npx nx run licences:check` fails where a licence isn't on the list below or where docs/dependencies.md is not
 * of this lock file; with `-- --write` it writes that page.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

/** Compatible with Apache-2.0, in the form in which a dependency is used: unchanged, by its own package. */
const COMPATIBLE = new Set([
  'Apache-2.0',
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Python-2.0',
  'Unlicense',
]);

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = path.join(root, 'docs/dependencies.md');
const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));

/** Where Node finds a package from a place: in the nearest node_modules up the tree. */
function resolve(name, from) {
  for (let place = from; ; place = place.slice(0, Math.max(place.lastIndexOf('/'), 0))) {
    const candidate = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`;
    const entry = packages[candidate];
    if (entry !== undefined) return entry.link ? entry.resolved : candidate;
    if (place === '') return undefined;
  }
}

/** Every place that a package's dependencies lead to, the optional ones too. */
function closure(start) {
  const found = new Set();
  const waiting = [start];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = packages[place];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const next = resolve(name, place);
      if (next === undefined || found.has(next)) continue;
      found.add(next);
      waiting.push(next);
    }
  }
  return found;
}

/** Foreign dependencies by name and release, each with those of our packages that bring it. */
function foreignDependencies() {
  const rows = new Map();
  for (const [place, { name, private: hidden }] of Object.entries(packages)) {
    if (!/^packages\/[^/]+$/.test(place) || name === '@wheelwright/testing' || hidden === true) continue;
    for (const dependency of closure(place)) {
      if (!dependency.startsWith('node_modules/') && !dependency.includes('/node_modules/')) continue;
      const { version, license = 'none declared' } = packages[dependency];
      const key = `${dependency.replace(/^.*node_modules\//, '')} ${version}`;
      const row = rows.get(key) ?? { license, users: new Set() };
      row.users.add(name.replace('@wheelwright/', ''));
      rows.set(key, row);
    }
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1));
}

function pageOf(rows) {
  const counts = new Map();
  for (const [, { license }] of rows) counts.set(license, (counts.get(license) ?? 0) + 1);
  const summary = [...counts]
    .sort((one, other) => other[1] - one[1])
    .map(([name, count]) => `${name} (${count})`);
  return [
    '# What the published packages bring with them',
    '',
    `Written by \`npx nx run licences:check -- --write\` from the lock file: ${rows.length} packages of others, under ${summary.join(', ')}. All of these allow use by an Apache-2.0 program.`,
    '',
    '| package | release | licence | needed by |',
    '| --- | --- | --- | --- |',
    ...rows.map(([key, { license, users }]) => {
      const [name, version] = key.split(' ');
      return `| ${name} | ${version} | ${license} | ${[...users].sort().join(', ')} |`;
    }),
    '',
  ].join('\n');
}

const rows = foreignDependencies();
const refused = rows.filter(([, { license }]) => !COMPATIBLE.has(license));
for (const [key, { license }] of refused) console.error(`✗ ${key}: ${license} is not on the list`);

const text = pageOf(rows);
if (process.argv.includes('--write')) {
  await writeFile(`${page}.new`, text);
  await rename(`${page}.new`, page);
}
const stale = (await readFile(page, 'utf8').catch(() => '')) !== text;
if (stale)
  console.error('✗ docs/dependencies.md is not of this lock file: npx nx run licences:check -- --write');
if (refused.length === 0 && !stale) console.log(`✔ ${rows.length} packages of others, all compatible`);
else process.exitCode = 1;
