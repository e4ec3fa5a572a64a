import { describe, expect, it } from '@jest/globals';
import { wheelwright } from './testing/terminal.js';

/** A terminal of a usual size, which a help text should not scroll out of. */
const COLUMNS = 80;
const LINES = 50;

const overview = await wheelwright('/', ['--help']);
const commands = [...overview.stdout.matchAll(/^ {2}([a-z][a-z-]+) {2,}/gm)].map(([, name]) => name ?? '');

describe('help', () => {
  it('names every command', () => {
    expect(commands).toEqual(expect.arrayContaining(['build-wheel', 'audit', 'repair', 'artifact', 'help']));
  });

  it.each([[], ...commands.filter((name) => name !== 'help').map((name) => [name])])(
    'fits a screen and has examples: %s',
    async (...command: string[]) => {
      const { exitCode, stdout } = await wheelwright('/', [...command, '--help']);
      expect(exitCode).toBe(0);
      const text = stdout.split('\nExamples:\n');
      expect(text).toHaveLength(2);
      expect(text[1]).toContain(`  wheelwright ${command[0] ?? 'audit'}`);
      expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(LINES);
      // An example is one line, whatever its length: it is there to be copied.
      for (const line of (text[0] ?? '').split('\n')) expect(line.length).toBeLessThanOrEqual(COLUMNS);
    },
  );

  it('suggests what may have been meant', async () => {
    const command = await wheelwright('/', ['adit']);
    expect(command).toMatchObject({ exitCode: 2, stdout: '' });
    expect(command.stderr).toContain('Did you mean audit?');
    const option = await wheelwright('/', ['audit', '--polcy', 'x', 'y']);
    expect(option).toMatchObject({ exitCode: 2, stdout: '' });
    expect(option.stderr).toContain('Did you mean --policy?');
  });
});
