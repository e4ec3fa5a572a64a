import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { oracle, root } from '../program.mjs';

const pinned = fileURLToPath(new URL('wheels.txt', import.meta.url));

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return stdout;
}

/** The wheels of `tmp/corpus` (`npx nx run corpus:download`), and those that `wheels.txt` pins, brought by pip. */
export function wheels() {
  const corpus = path.join(root, 'tmp/corpus');
  const more = path.join(root, 'tmp/bench/wheels');
  mkdirSync(more, { recursive: true });
  const target = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'abi3'];
  const platform = ['--platform', 'manylinux2014_x86_64', '--platform', 'manylinux_2_17_x86_64'];
  run(oracle('pip'), [
    ...['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes'],
    ...['-r', pinned, '-d', more, ...target, ...platform],
  ]);
  const found = [corpus, more].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.whl'))
      .map((name) => path.join(folder, name)),
  );
  if (found.length < 8) throw new Error(`${corpus} lacks wheels: npx nx run corpus:download`);
  return found.sort();
}

/** Where the ELF members of a wheel lie, as JSON for `inflate.mjs`. */
export function elfMembers(wheel) {
  return run('python3', [fileURLToPath(new URL('elf-members.py', import.meta.url)), wheel]);
}
