import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { loadProject } from './load.js';

const root = await temporaryFolder('config');
let count = 0;

const METADATA = '[project]\nname = "ops"\nversion = "1.0"\n';

async function project(text: string): Promise<string> {
  const folder = join(root, String((count += 1)));
  await mkdir(folder);
  await writeFile(join(folder, 'pyproject.toml'), text);
  return folder;
}

async function failure(text: string): Promise<string> {
  const folder = await project(text);
  const error: unknown = await loadProject(folder).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'bad-configuration' });
  const { message } = error as Error;
  expect(message).toContain(join(folder, 'pyproject.toml'));
  return message;
}

describe('loadProject', () => {
  it('fills in defaults', async () => {
    const { project: metadata, tool } = await loadProject(await project(METADATA));
    expect(metadata).toMatchObject({ name: 'ops', version: '1.0' });
    expect(tool).toMatchObject({ namespace: false, linking: 'static', static: [], variants: {} });
    expect(tool.compile).toBeUndefined();
  });

  it('reads what the file says', async () => {
    const { tool } = await loadProject(
      await project(`${METADATA}
        [tool.wheelwright]
        package = "ops"
        libraries = [{ from = "build/**/*.so", base = "build", to = "lib" }]
        [tool.wheelwright.compile]
        command = ["make", "V={variant}"]
        [tool.wheelwright.variants.cu102]
        name = "ops-cu102"
        requires-dist = ["numpy"]`),
    );
    expect(tool.libraries).toEqual([{ from: 'build/**/*.so', base: 'build', to: 'lib' }]);
    expect(tool.compile).toMatchObject({
      toolchain: 'zig',
      targets: ['manylinux2014_x86_64'],
      command: ['make', 'V={variant}'],
    });
    expect(tool.variants['cu102']).toMatchObject({ name: 'ops-cu102', 'requires-dist': ['numpy'] });
  });

  it.each([
    [
      'a key at the top',
      '[tool.wheelwright]\nlibrarys = []',
      'tool.wheelwright.librarys is not a known key; did you mean libraries?',
    ],
    [
      'a key in a list',
      '[tool.wheelwright]\nlibraries = [{ form = "*.so" }]',
      'tool.wheelwright.libraries[0].form is not a known key; did you mean from?',
    ],
    [
      'a key of a variant',
      '[tool.wheelwright.variants.cu102]\nsumary = "x"',
      'tool.wheelwright.variants.cu102.sumary is not a known key; did you mean summary?',
    ],
    [
      'a key of an optional table',
      '[tool.wheelwright.compile]\ncommand = ["make"]\ntoolchian = "zig"',
      'tool.wheelwright.compile.toolchian is not a known key; did you mean toolchain?',
    ],
  ])('names the nearest known key for %s', async (_what, text, message) => {
    expect(await failure(`${METADATA}${text}`)).toContain(message);
  });

  it.each([
    ['git = "https://host/x"', 'source.commit is missing'],
    ['pypi = "mxnet==1.9.1"', 'source.sha256 is missing'],
    [
      'path = "."\ngit = "x"',
      'source needs one source: path, git, npm, pypi, archive; here are path and git',
    ],
    ['commit = "abc"', 'source.commit belongs to git'],
    ['comit = "abc"', 'source.comit is not a known key; did you mean commit?'],
    ['overlays = [{ to = "x" }]', 'source.overlays[0] needs one source'],
    [
      'overlays = [{ git = "x", commit = "y", subdri = "z" }]',
      'source.overlays[0].subdri is not a known key; did you mean subdir?',
    ],
  ])('says what is wrong with the source %j', async (table, message) => {
    expect(await failure(`${METADATA}[tool.wheelwright.source]\n${table}`)).toContain(message);
  });

  it('reports everything that is wrong at once', async () => {
    const message = await failure(
      '[project]\nname = "ops"\n[tool.wheelwright]\nlinking = "shared"\npakage = "ops"',
    );
    expect(message).toContain('version');
    expect(message).toContain('tool.wheelwright.linking');
    expect(message).toContain('did you mean package?');
  });

  it('refuses a version outside PEP 440', async () => {
    expect(await failure('[project]\nname = "ops"\nversion = "one.two"')).toContain('project.version');
  });

  it('asks for one way to compile', async () => {
    expect(await failure(`${METADATA}[tool.wheelwright.compile]\ntoolchain = "zig"`)).toContain(
      'tool.wheelwright.compile needs one of build-system, command, commands and wheel-command',
    );
  });

  it('says line and column of what is not TOML', async () => {
    expect(await failure('[project]\nname = "ops\n')).toMatch(/pyproject\.toml:2:\d+: /);
  });

  it('says where the file should be', async () => {
    await expect(loadProject(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' });
  });
});
