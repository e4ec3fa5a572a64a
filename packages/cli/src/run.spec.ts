import { describe, expect, it } from '@jest/globals';
import { wheelwright } from './testing/terminal.js';
import { version } from './version.js';

describe('run', () => {
  it('prints its version and its help on standard output', async () => {
    expect(await wheelwright('/', ['--version'])).toEqual({
      exitCode: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
    const help = await wheelwright('/', ['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toContain('build-wheel');
  });

  it.each([
    ['no command', [], 'Usage: wheelwright'],
    ['a command that is misspelt', ['biuld-wheel'], 'Did you mean build-wheel?'],
    ['an option that is misspelt', ['audit', '--polcy', 'x', 'y'], 'Did you mean --policy?'],
    ['a toolchain that does not exist', ['build-wheel', '--toolchain', 'clang'], 'zig, host'],
    ['no path to audit', ['audit'], 'path'],
  ])('answers %s with usage', async (_what, args, says) => {
    const outcome = await wheelwright('/', args);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(says);
  });
});
