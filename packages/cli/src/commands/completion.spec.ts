import { describe, expect, it } from '@jest/globals';
import { startWheelwright } from '../testing/processes.js';

async function answers(...words: string[]): Promise<string[]> {
  const { stdout } = await startWheelwright('/', ['complete', '--', ...words], {});
  return stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])(
    'prints a script for %s that asks the program',
    async (shell) => {
      const { exitCode, stdout, stderr } = await startWheelwright('/', ['completion', shell], {});
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/wheelwright complete ['"]?--/);
    },
  );

  it('knows commands, options and their choices, the options that help leaves out too', async () => {
    expect(await answers('au')).toEqual(['audit', ':0']);
    expect(await answers('audit', '--p')).toEqual(['--policy', ':0']);
    expect(await answers('build-wheel', '--runner', '')).toEqual(expect.arrayContaining(['local', 'docker']));
    expect(await answers('audit', '--js')).toEqual(['--json', ':0']);
  });

  it('leaves files to the shell', async () => {
    // 0 is the default of the protocol: where nothing was answered, the shell completes files.
    expect(await answers('audit', '')).toEqual([':0']);
  });

  it('refuses a shell that it does not know', async () => {
    const { exitCode, stderr } = await startWheelwright('/', ['completion', 'csh'], {});
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish, powershell');
  });
});
