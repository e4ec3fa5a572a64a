import { describe, expect, it } from '@jest/globals';
import { ArtifactError } from '@wheelwright/artifact';
import { ElfError } from '@wheelwright/elf';
import { StoreError } from '@wheelwright/store';
import { WheelError } from '@wheelwright/wheel';
import { CliError } from './error.js';
import { explain } from './explain.js';

// The runner is loaded late, here as in the commands.
const { RunnerError } = await import('@wheelwright/runner');

describe('explain', () => {
  it.each([
    ['a broken file', new ElfError('truncated', 'cut short'), 2],
    ['a broken wheel', new WheelError('bad-archive', 'no archive'), 2],
    ['a full disk under a wheel', new WheelError('out-of-space', 'full'), 3],
    ['a full disk under a build', new RunnerError('no-space', 'full'), 3],
    ['a missing compiler', new RunnerError('zig-missing', 'no zig'), 3],
    ['a missing interpreter', new RunnerError('python-missing', 'no python'), 3],
    ['a download that fails', new RunnerError('fetch-failed', 'no network'), 3],
    ['other bytes under a name', new ArtifactError('conflict', 'other bytes'), 5],
    ['a missing object', new StoreError('not-found', 'no object'), 4],
    ['a check that says no', new CliError('refused', 'no'), 1],
    ['a bad configuration', new CliError('bad-configuration', 'no'), 2],
    ['a file that does not exist', Object.assign(new Error('ENOENT: x'), { code: 'ENOENT' }), 4],
    ['a full disk', Object.assign(new Error('ENOSPC: x'), { code: 'ENOSPC' }), 3],
    ['anything else', new TypeError('undefined is not a function'), 70],
    ['a code that nobody knows', Object.assign(new Error('x'), { code: 'ERR_INTERNAL' }), 70],
    ['what is no error', 'oops', 70],
  ])('gives %s its exit code', (_what, error, exitCode) => {
    expect(explain(error).exitCode).toBe(exitCode);
  });

  it('keeps message, code and hint', () => {
    const error = new CliError('usage', 'what', { hint: 'do that' });
    expect(explain(error)).toEqual({ exitCode: 2, code: 'usage', message: 'what', hint: 'do that' });
  });
});
