import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { pyproject, writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('compile-command');

const COMPILE = `
[tool.wheelwright]
libraries = [{ from = "*.so" }]
[tool.wheelwright.compile]
toolchain = "host"
command = ["gcc", "-shared", "-fPIC", "-o", "answer.so", "answer.c"]`;

describeIf([{ program: 'gcc' }, { program: 'g++' }], 'compile', () => {
  it('leaves the libraries and says what they are', async () => {
    const folder = await writeProject(root, 'good', {
      'pyproject.toml': pyproject(COMPILE),
      'answer.c': 'int answer(void) { return 42; }\n',
    });
    const { exitCode, stdout } = await wheelwright(folder, ['compile', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wheelwright/compile@1',
      runner: 'local',
      toolchain: 'host',
      target: null,
      libraries: [{ name: 'answer.so', path: join(folder, 'dist/compiled/demo-ops/libraries/answer.so') }],
    });
  });

  it('ends with 6 when the compiler says no', async () => {
    const folder = await writeProject(root, 'bad', {
      'pyproject.toml': pyproject(COMPILE),
      'answer.c': 'int {',
    });
    expect(await wheelwright(folder, ['compile'])).toMatchObject({ exitCode: 6 });
  });

  it('refuses a project that has nothing to compile', async () => {
    const folder = await writeProject(root, 'none', { 'pyproject.toml': pyproject() });
    const { exitCode, stderr } = await wheelwright(folder, ['compile']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('tool.wheelwright.compile');
  });

  it('asks for the image of a container', async () => {
    const folder = await writeProject(root, 'image', { 'pyproject.toml': pyproject(COMPILE) });
    const { exitCode, stderr } = await wheelwright(folder, ['compile', '--runner', 'docker']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--image');
  });
});
