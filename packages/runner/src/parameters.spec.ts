import { readdir, readFile } from 'node:fs/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { planSteps } from './build/steps.js';
import { compile } from './compile.js';
import type { CompileRequest } from './request.js';
import { execArguments, stepVariables } from './runner/docker/arguments.js';
import { localRunner } from './runner/local.js';

/** Words that a shell, an engine or a careless join would make something else of. */
const HOSTILE = [
  '; touch x',
  '$(touch x)',
  '`touch x`',
  'a\ntouch x',
  '--privileged',
  '-v/:/host',
  '-',
  '*',
  '"\'',
] as const;

const root = await temporaryFolder('parameters');
const tools = { cc: '/t/cc', cxx: '/t/c++', ar: '/t/ar', ranlib: '/t/ranlib' };

describe.each(HOSTILE)('the parameter %j', (word) => {
  const input = {
    origin: 'compile',
    source: '/w/source',
    equipment: { tools, env: {} },
    env: { WORD: word },
    placeholders: {},
    jobs: 1,
  };

  it.each(['cmake', 'meson', 'make'] as const)('is one argument of %s among the options', (system) => {
    const [first] = planSteps({ ...input, build: { system, options: [word] } });
    const [without] = planSteps({ ...input, build: { system } });
    expect(first?.command[0]).toBe(system);
    expect(first?.command).toHaveLength((without?.command.length ?? 0) + 1);
    expect(first?.command).toContain(word);
  });

  it('stands behind the container’s name, where nothing is an option of the engine', () => {
    for (const command of [[word], ['program', word]] as const) {
      const [step] = planSteps({ ...input, build: { command } });
      if (step === undefined) throw new Error('no step');
      const variables = stepVariables(step.env);
      if ('impossible' in variables) throw new Error(variables.impossible);
      const args = execArguments('container', step, variables, undefined);
      expect(args.slice(args.indexOf('container') + 1)).toEqual(command);
      expect(args.slice(0, args.indexOf('container'))).not.toContain(word);
      expect(variables.byName).toEqual({ WORD: word });
    }
  });

  it('arrives at a program on this host as it is, as argument and as variable, and does nothing', async () => {
    const name = String(HOSTILE.indexOf(word));
    const path = join(root, name);
    await mkdir(path);
    await writeFile(join(path, 'say.sh'), 'printf "%s|%s|%s" "$1" "$#" "$WORD" > said.so\nls > ls.so\n');
    const { PATH } = process.env;
    const request: CompileRequest = {
      source: { path, origin: 'source.path' },
      toolchain: 'host',
      target: `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
      build: { command: ['sh', 'say.sh', word] },
      env: { WORD: word },
      outputs: [{ from: '*.so', origin: 'libraries[0]' }],
    };
    const options = {
      runner: localRunner,
      cache: join(root, 'cache'),
      destination: join(root, `${name}-out`),
    };
    // Any program will do for a compiler that only says its version.
    const environment = { PATH, CC: 'sort', CXX: 'sort' };
    expect(await compile(request, { ...options, environment })).toMatchObject({ status: 'compiled' });
    const libraries = join(options.destination, 'libraries');
    expect(await readFile(join(libraries, 'said.so'), 'utf8')).toBe(`${word}|1|${word}`);
    expect(await readFile(join(libraries, 'ls.so'), 'utf8')).toBe('ls.so\nsaid.so\nsay.sh\n');
    expect(await readdir(path)).toEqual(['say.sh']);
  });

  it('is no program when it stands in a program’s place', async () => {
    const path = join(root, `program-${HOSTILE.indexOf(word)}`);
    await mkdir(path);
    const { PATH } = process.env;
    const request: CompileRequest = {
      source: { path, origin: 'source.path' },
      toolchain: 'host',
      target: `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
      build: { command: [word, 'x'] },
      outputs: [{ from: '*.so', origin: 'libraries[0]' }],
    };
    const environment = { PATH, CC: 'sort', CXX: 'sort' };
    const options = { runner: localRunner, cache: join(root, 'cache'), destination: `${path}-out` };
    await expect(compile(request, { ...options, environment })).rejects.toMatchObject({
      code: 'tool-missing',
    });
  });
});

describeIf([{ program: 'make' }], 'a target of make', () => {
  it('with a command in its name is a target that is not there', async () => {
    const path = join(root, 'make');
    await mkdir(path);
    await writeFile(join(path, 'Makefile'), 'a.so:\n\ttouch a.so\n');
    const request: CompileRequest = {
      source: { path, origin: 'source.path' },
      toolchain: 'host',
      target: `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
      build: { system: 'make', options: ['; touch x'] },
      outputs: [{ from: '*.so', origin: 'libraries[0]' }],
    };
    const { PATH } = process.env;
    const environment = { PATH, CC: 'sort', CXX: 'sort' };
    const options = { runner: localRunner, cache: join(root, 'cache'), destination: `${path}-out` };
    const result = await compile(request, { ...options, environment });
    expect(result).toMatchObject({ status: 'failed', exitCode: 2 });
  });
});
