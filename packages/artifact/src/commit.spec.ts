import { describe, expect, it } from '@jest/globals';
import { decideBranch } from './branch.js';
import { decideCommit } from './commit.js';
import type { GitState } from './git.js';
import { parseStatus } from './git.js';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const git: GitState = { state: 'repository', commit: c, branch: 'main', dirty: false };
const none: GitState = { state: 'not-a-repository' };

describe('decideCommit', () => {
  it.each([
    ['the flag', { flag: a, environment: { MXNET_SHA: b }, git }, a, 'flag', '--git-sha'],
    ['MXNET_SHA', { environment: { MXNET_SHA: a, GIT_COMMIT: b }, git }, a, 'environment', 'MXNET_SHA'],
    ['GIT_COMMIT', { environment: { GITHUB_SHA: b, GIT_COMMIT: a }, git }, a, 'environment', 'GIT_COMMIT'],
    ['GITHUB_SHA', { environment: { GITHUB_SHA: a }, git }, a, 'environment', 'GITHUB_SHA'],
    ['CI_COMMIT_SHA', { environment: { CI_COMMIT_SHA: a }, git: none }, a, 'environment', 'CI_COMMIT_SHA'],
    ['git', { environment: {}, git }, c, 'git', 'HEAD'],
    ['git, past an empty variable', { environment: { GIT_COMMIT: ' ' }, git }, c, 'git', 'HEAD'],
    [
      'a list of its own',
      { environment: { X: a, MXNET_SHA: b }, variables: ['X'], git },
      a,
      'environment',
      'X',
    ],
  ])('takes %s', (_, sources, value, source, detail) => {
    expect(decideCommit(sources)).toEqual({ found: true, value, from: { source, detail } });
  });

  it('takes SHA-256 hashes and upper case', () => {
    expect(decideCommit({ flag: 'AB'.repeat(32), environment: {}, git })).toMatchObject({
      value: 'ab'.repeat(32),
    });
  });

  it('refuses an abbreviation with the way to write it out', () => {
    expect(() => decideCommit({ flag: 'abc1234', environment: {}, git })).toThrow(
      expect.objectContaining({
        code: 'invalid-commit',
        hint: expect.stringContaining('git rev-parse abc1234'),
      }),
    );
  });

  it.each(['HEAD', 'main', '', 'g'.repeat(40), a + b, `${a.slice(1)}/`, `../${a}`])('refuses %j', (flag) => {
    expect(() => decideCommit({ flag, environment: {}, git })).toThrow(
      expect.objectContaining({ code: 'invalid-commit', message: expect.stringContaining('--git-sha') }),
    );
  });

  it('refuses a variable that is no commit rather than passing over it', () => {
    expect(() => decideCommit({ environment: { GIT_COMMIT: 'main' }, git })).toThrow(/GIT_COMMIT/);
  });

  it.each<[GitState, string, string]>([
    [none, 'not-a-repository', 'not in a git repository'],
    [{ state: 'no-commit' }, 'no-commit', 'no commit yet'],
    [{ state: 'git-missing' }, 'git-missing', 'no program git'],
    [{ state: 'git-refused', message: 'dubious ownership' }, 'git-refused', 'dubious ownership'],
  ])('says why there is none: %j', (state, reason, hint) => {
    const missing = decideCommit({ environment: {}, git: state });
    expect(missing).toEqual({ found: false, reason, hint: expect.stringContaining(hint) });
    expect(missing).toMatchObject({
      hint: expect.stringContaining('--git-sha, or set MXNET_SHA or GIT_COMMIT'),
    });
  });
});

describe('decideBranch', () => {
  it.each([
    ['the flag', { flag: 'v1.x', environment: { BRANCH_NAME: 'x' }, git }, 'v1.x'],
    ['a variable', { environment: { BRANCH_NAME: 'feature/x' }, git }, 'feature/x'],
    ["Jenkins's remote branch", { environment: { GIT_BRANCH: 'origin/feature/x' }, git }, 'feature/x'],
    ['git', { environment: {}, git }, 'main'],
  ])('takes %s', (_, sources, value) => {
    expect(decideBranch(sources)).toMatchObject({ found: true, value });
  });

  it('can be without one', () => {
    expect(decideBranch({ environment: {}, git: none })).toMatchObject({ found: false, reason: 'unknown' });
    const detached = { ...git, branch: undefined };
    expect(decideBranch({ environment: {}, git: detached })).toMatchObject({
      found: false,
      reason: 'detached',
    });
  });

  it.each([
    '',
    'a b',
    'a..b',
    '/a',
    'a/',
    'a//b',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a@{1}',
    '-a',
    'a:b',
    'a\\b',
    'a\n',
    '@',
  ])('refuses %j, as git does', (flag) => {
    expect(() => decideBranch({ flag, environment: {}, git })).toThrow(
      expect.objectContaining({ code: 'invalid-word' }),
    );
  });
});

describe("the output of 'git status'", () => {
  it.each([
    [
      `# branch.oid ${a}\n# branch.head main\n`,
      { state: 'repository', commit: a, branch: 'main', dirty: false },
    ],
    [
      `# branch.oid ${a}\n# branch.head (detached)\n`,
      { state: 'repository', commit: a, branch: undefined, dirty: false },
    ],
    [
      `# branch.oid ${a}\n# branch.head x\n1 .M N... 100644 x y z f\n`,
      { state: 'repository', commit: a, branch: 'x', dirty: true },
    ],
    ['# branch.oid (initial)\n# branch.head main\n', { state: 'no-commit' }],
    ['', { state: 'git-refused', message: 'git status names no commit' }],
  ])('%j', (text, expected) => {
    expect(parseStatus(text)).toEqual(expected);
  });
});
