import { describe, expect, it } from '@jest/globals';
import { judgeLinking, type LibraryOrigin } from './linking.js';

const origins: Record<string, LibraryOrigin> = { 'libc.so.6': 'system', 'libcudart.so.10.2': 'cuda' };
const judge = (
  said: 'static' | 'dynamic' | undefined,
  needed: readonly string[],
  brought: readonly string[] = [],
) =>
  judgeLinking({
    said,
    files: [{ name: 'libmxnet.so', needed: ['libc.so.6', ...needed] }],
    brought: new Set(brought),
    originOf: (name) => origins[name] ?? 'other',
  });

describe('judgeLinking', () => {
  it.each([
    ['static', [], []],
    ['static', ['libopenblas.so.0'], ['libopenblas.so.0']],
    ['static', ['libcudart.so.10.2'], []],
    ['dynamic', ['libopenblas.so.0'], []],
    ['dynamic', ['libopenblas.so.0'], ['libopenblas.so.0']],
    [undefined, ['libopenblas.so.0'], []],
    [undefined, [], []],
  ] as const)('finds nothing against %s with %j, %j brought along', (said, needed, brought) => {
    expect(judge(said, needed, brought).contradiction).toBeUndefined();
  });

  it.each([
    ['static', ['libopenblas.so.0', 'libcudart.so.10.2'], 'libopenblas.so.0 is needed'],
    ['static', ['libopenblas.so.0', 'libgfortran.so.3'], 'libopenblas.so.0, libgfortran.so.3 are needed'],
    ['dynamic', [], "nothing beyond the system's own"],
  ] as const)('holds against %s that it needs %j', (said, needed, says) => {
    expect(judge(said, needed).contradiction).toEqual(expect.stringContaining(says));
    expect(judge(said, needed).contradiction).toContain(`'${said}' was said`);
  });

  it('names every library, who needs it, and whether it comes along', () => {
    const { external } = judgeLinking({
      said: undefined,
      files: [
        { name: 'a.so', needed: ['libx.so', 'libc.so.6'] },
        { name: 'b.so', needed: ['libx.so', 'libcudart.so.10.2'] },
      ],
      brought: new Set(['libx.so']),
      originOf: (name) => origins[name] ?? 'other',
    });
    expect(external).toEqual([
      { name: 'libx.so', neededBy: ['a.so', 'b.so'], brought: true, origin: 'other' },
      { name: 'libcudart.so.10.2', neededBy: ['b.so'], brought: false, origin: 'cuda' },
    ]);
  });

  it('says nothing of a build without native files', () => {
    const nothing = judgeLinking({ said: 'dynamic', files: [], brought: new Set(), originOf: () => 'other' });
    expect(nothing).toEqual({ said: 'dynamic', external: [], contradiction: undefined });
  });
});
