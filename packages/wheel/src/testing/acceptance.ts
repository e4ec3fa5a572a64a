import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { oracle } from '@wheelwright/testing';

type Check = readonly [tool: string, args: (wheel: string, target: string) => readonly string[]];

/** The tools that a wheel has to get past, each as its users call it. */
export const ACCEPTING_TOOLS: readonly Check[] = [
  ['python', (wheel) => ['-m', 'zipfile', '-t', wheel]],
  ['python', (wheel, target) => ['-m', 'installer', '--prefix', target, wheel]],
  [
    'python',
    (wheel, target) => ['-m', 'pip', 'install', '--no-index', '--no-deps', '--target', target, wheel],
  ],
  [
    'uv',
    (wheel, target) => ['pip', 'install', '--offline', '--no-index', '--no-deps', '--target', target, wheel],
  ],
  ['twine', (wheel) => ['check', '--strict', wheel]],
  ['check-wheel-contents', (wheel) => [wheel]],
  ['wheel', (wheel, target) => ['unpack', '--dest', target, wheel]],
];

/** Runs every tool on a wheel; gives what those said that refuse it. */
export async function refusals(wheel: string, folder: string): Promise<string[]> {
  const refused: string[] = [];
  for (const [tool, args] of ACCEPTING_TOOLS) {
    await mkdir(folder, { recursive: true });
    const target = await mkdtemp(join(folder, 'target-'));
    const result = await oracle(tool, args(wheel, target), { env: { UV_CACHE_DIR: join(folder, 'uv') } });
    if (result.exitCode !== 0)
      refused.push(`${tool} ${args(wheel, target).join(' ')}: ${result.stdout}${result.stderr}`);
  }
  return refused;
}
