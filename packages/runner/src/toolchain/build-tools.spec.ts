import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import type { CompileEvent } from '../request.js';
import { CMAKE, NINJA, withBuildTools } from './build-tools.js';

const root = await temporaryFolder('build-tools');
let count = 0;
let cache: string;
let bin: string;
let events: CompileEvent[];

beforeEach(async () => {
  const folder = join(root, String(count++));
  [cache, bin] = [join(folder, 'cache'), join(folder, 'bin')];
  events = [];
  await mkdir(bin, { recursive: true });
  for (const tool of ['sh', 'mkdir', 'chmod', 'cat', 'grep']) await symlink(`/bin/${tool}`, join(bin, tool));
});

/** A program of the host. */
async function program(name: string, script = 'exit 0'): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

/** Does what pip would with `-m pip install --target FOLDER --requirement FILE ...`, for either package. */
const FAKE_PIP = `target="$5"
if grep -q '^cmake==' "$7"; then program=cmake/data/bin/cmake; says='cmake version ${CMAKE.version}'
else program=bin/ninja; says='${NINJA.version}.git.kitware.jobserver-pipe-1'; fi
mkdir -p "$target/\${program%/*}"
printf '#!/bin/sh\\necho %s\\n' "'$says'" > "$target/$program"; chmod 755 "$target/$program"`;

function provide(build: Parameters<typeof withBuildTools>[0]['build'] = { system: 'cmake' }) {
  return withBuildTools({ build }, cache, {
    environment: { PATH: bin },
    place: { environment: { PATH: bin }, isolated: false },
    onEvent: (event) => events.push(event),
  });
}

describe('withBuildTools', () => {
  it('leaves a host alone that has CMake and make', async () => {
    await program('cmake');
    await program('make');
    expect(await provide()).toEqual({ environment: { PATH: bin }, readOnly: [] });
    expect(events).toEqual([]);
  });

  it('installs nothing for a build without CMake', async () => {
    expect(await provide({ command: ['make'] })).toEqual({ environment: { PATH: bin }, readOnly: [] });
  });

  it('installs CMake and Ninja where there are none, behind what the host has', async () => {
    await program('python3', FAKE_PIP);
    const { environment } = await provide();
    const folders = [
      join(cache, 'cmake', CMAKE.version, 'cmake/data/bin'),
      join(cache, 'ninja', NINJA.version, 'bin'),
    ];
    expect(environment['PATH']).toBe([bin, ...folders].join(':'));
    expect(events).toMatchObject([
      { detail: 'installing cmake 3.31.10' },
      { detail: 'installing ninja 1.13.2' },
    ]);
  });

  it('installs for a dependency that is built by CMake', async () => {
    await program('python3', FAKE_PIP);
    await program('make');
    const dependency = {
      name: 'z',
      version: '1',
      origin: 'z',
      source: { archive: '/z', sha256: '' },
      build: { system: 'cmake' as const },
    };
    const request = { build: { command: ['make'] }, dependencies: [dependency] };
    const { environment } = await withBuildTools(request, cache, {
      environment: { PATH: bin },
      place: { environment: { PATH: bin }, isolated: false },
      onEvent: () => undefined,
    });
    expect(environment['PATH']).toBe(`${bin}:${join(cache, 'cmake', CMAKE.version, 'cmake/data/bin')}`);
  });

  it('says what to install where there is no Python either', async () => {
    await expect(provide()).rejects.toMatchObject({
      code: 'python-missing',
      hint: expect.stringContaining('cmake'),
    });
  });
});
