/**
 * `npx nx run elf:patch-corpus [-- SUBSTRING...]`: patches every ELF file of the corpus and holds the result against
 * tools that others wrote. Each file gets another soname, one needed library another name, a longer runpath and then a
 * shorter one; `readelf -dVSlW` must warn of nothing, and `eu-elflint --gnu-ld` find nothing, that it didn't before.
 * What this machine can load it must load as before, all symbols bound at once, with the same exports.
 *
 * Before them come made files that no wheel has (`made-elf.mjs`; alone with the argument `made`): over 4 GiB, without
 * room or section headers, for large pages, patched before by patchelf and by us.
 *
 * Reads the wheels of CORPUS_DIR (`../shared/corpus`) and of `tmp/corpus`. Exits with 1 when a file fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportedNames, inspectElf, isElf, openFile } from '../../packages/elf/dist/index.js';
import { patchFile } from '../../packages/elf/dist/patch/index.js';
import { makeFiles } from './made-elf.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const corpus = path.join(path.resolve(root, process.env.CORPUS_DIR ?? '../shared/corpus'), 'wheels');
const wanted = process.argv.slice(2);
const wheels = [corpus, path.join(root, 'tmp/corpus')]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
  .filter(
    (file) => file.endsWith('.whl') && (wanted.length === 0 || wanted.some((word) => file.includes(word))),
  )
  .sort();
if (wheels.length === 0 && !wanted.includes('made')) {
  console.error(`patch-corpus: no wheel in ${corpus}; set CORPUS_DIR to the folder of the corpus`);
  process.exit(3);
}

const environment = { ...process.env, LC_ALL: 'C' };
const said = (program, args, env = environment) => {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  if (error !== undefined) throw error;
  return { stdout, stderr };
};
const warnings = (file) => said('readelf', ['-dVSlW', file]).stderr.split('\n').filter(Boolean).length;
/** Findings without their numbers: a section that moved is the same finding. */
const findings = (file) => {
  const { stdout, stderr } = said('eu-elflint', ['--gnu-ld', file]);
  const lines = (stdout + stderr).split('\n').filter((line) => line !== '' && line !== 'No errors');
  return lines.map((line) => line.replaceAll(/\d+/g, 'N'));
};
const inspect = async (file, read = inspectElf) => {
  const source = await openFile(file);
  return Promise.resolve(read(source)).finally(() => source.close());
};
const exportsOf = (file) =>
  inspect(file, async (source) => {
    const names = [];
    for await (const name of exportedNames(source, await inspectElf(source))) names.push(name);
    return names.sort().join('\n');
  });

/** Loads in a process of its own: a library that breaks may take it along. */
const loads = (file, folder) =>
  spawnSync('python3', ['-c', 'import ctypes, sys; ctypes.CDLL(sys.argv[1])', file], {
    env: { ...environment, LD_BIND_NOW: '1', LD_LIBRARY_PATH: folder },
    timeout: 60_000,
  }).status === 0;

const system = new Map(
  said('ldconfig', ['-p'])
    .stdout.split('\n')
    .map((line) => /^\s+(\S+) \(libc6,x86-64[^)]*\) => (\S+)$/.exec(line))
    .filter(Boolean)
    .map(([, name, file]) => [name, file]),
);
const renamed = (name) => name.replace(/\.so/, '-0123abcd.so');

async function patchOne(file, workshop) {
  const elf = await inspect(file);
  if (!elf.hasDynamic) return 'static';
  const out = path.join(path.dirname(file), `.patched-${path.basename(file)}`);
  const [again, third] = [`${out}.2`, `${out}.3`];
  // One that this machine has comes first: it can be loaded under its new name, through a link.
  const needed = elf.needed.find((name) => system.has(name)) ?? elf.needed[0];
  const runpath = ['$ORIGIN/../some.libs', '$ORIGIN/lib/deeper', ...elf.rpath, ...elf.runpath];
  const soname = 'libsomething-much-longer-0123abcd.so.1';
  await patchFile(file, out, {
    soname,
    runpath,
    ...(needed === undefined ? {} : { renameNeeded: { [needed]: renamed(needed) } }),
  });
  await patchFile(out, again, { soname: 'libx.so.1', runpath: ['$ORIGIN'] });
  await patchFile(again, third, { soname, runpath });
  const [warned, found] = [warnings(file), findings(file)];
  const faults = [];
  for (const patched of [out, again, third]) {
    const fresh = findings(patched).filter((line) => !found.includes(line));
    if (fresh.length > 0) faults.push(`eu-elflint: ${fresh.slice(0, 3).join('; ')}`);
    if (warnings(patched) > warned) faults.push('readelf warns');
    if ((await exportsOf(patched)) !== (await exportsOf(file))) faults.push('other exports');
  }
  // Strings of another patcher may stand in the way of ours once; from then on the file keeps its size.
  if (statSync(third).size > statSync(out).size) {
    await patchFile(third, again, { soname: 'libx.so.1', runpath: ['$ORIGIN'] });
    await patchFile(again, out, { soname, runpath });
    if (statSync(out).size > statSync(third).size) faults.push('grows with each patch');
  }
  const links = path.join(workshop, 'links');
  mkdirSync(links, { recursive: true });
  if (system.has(needed) && !existsSync(path.join(links, renamed(needed))))
    symlinkSync(system.get(needed), path.join(links, renamed(needed)));
  let loaded = false;
  if (
    elf.architecture === process.arch.replace('x64', 'x86_64') &&
    elf.type === 'DYN' &&
    elf.interpreter === undefined
  ) {
    loaded = loads(file, links);
    if (loaded && !loads(out, links)) faults.push('no longer loads');
  }
  for (const made of [out, again, third]) rmSync(made);
  if (faults.length > 0) throw new Error(faults.join(', '));
  return loaded ? 'loads' : 'patched';
}

const counts = { patched: 0, loads: 0, static: 0, unreadable: 0, failed: 0 };

async function countOne(file, workshop, label) {
  try {
    const elf = await inspect(file).catch(() => undefined);
    const outcome = elf === undefined || elf.type === 'REL' ? 'unreadable' : await patchOne(file, workshop);
    counts[outcome] += 1;
  } catch (error) {
    counts.failed += 1;
    console.error(`${label}: ${path.relative(workshop, file)}: ${error.message}`);
  }
}

if (wanted.length === 0 || wanted.includes('made')) {
  const workshop = mkdtempSync(path.join(tmpdir(), 'wheelwright-corpus-'));
  try {
    for (const file of await makeFiles(workshop, root, patchFile)) await countOne(file, workshop, 'made');
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}
for (const wheel of wheels) {
  const workshop = mkdtempSync(path.join(tmpdir(), 'wheelwright-corpus-'));
  try {
    try {
      execFileSync('python3', ['-m', 'zipfile', '-e', wheel, workshop], { stdio: 'ignore' });
    } catch {
      continue; // Probes that are no archives.
    }
    const files = readdirSync(workshop, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const entry of files) {
      const file = path.join(entry.parentPath, entry.name);
      if (statSync(file).size < 64 || !(await inspect(file, isElf))) continue;
      await countOne(file, workshop, path.basename(wheel));
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}
const sound = counts.patched + counts.loads;
console.log(
  `patch-corpus: ${sound} files patched and sound, ${counts.loads} of them loaded before and after; ` +
    `${counts.static} without a dynamic section, ${counts.unreadable} no library or program, ${counts.failed} failed`,
);
process.exitCode = counts.failed > 0 || sound === 0 ? 1 : 0;
