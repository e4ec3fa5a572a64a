import { rm } from 'node:fs/promises';
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
      image: null,
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

  it.each(['--privileged', 'a; touch x', '$(touch x)', 'a\nb'])('takes no image called %j', async (image) => {
    const folder = await writeProject(root, 'hostile', { 'pyproject.toml': pyproject(COMPILE) });
    const { exitCode, stderr } = await wheelwright(folder, [
      'compile',
      '--runner=docker',
      `--image=${image}`,
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is no name of an image');
    await rm(folder, { recursive: true });
  });

  it('ends with 3 where there is no engine, and says what to do', async () => {
    const folder = await writeProject(root, 'no-engine', { 'pyproject.toml': pyproject(COMPILE) });
    const env = { ...process.env, DOCKER_HOST: `unix://${root}/none.sock` };
    const args = ['compile', '--runner', 'docker', '--image', 'any:1'];
    const { exitCode, stderr } = await wheelwright(folder, args, env);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/DOCKER_HOST|install docker/);
  });
});
