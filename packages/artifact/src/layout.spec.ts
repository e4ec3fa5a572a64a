import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ArtifactId } from './identity.js';
import { formatPrefix, layouts, parseKey, readLayout } from './layout.js';

const commit = '73b29fa90d3eac0b1fae403b7583fdd1529942dc';
const id: ArtifactId = {
  commit,
  os: 'ubuntu16.04',
  variant: 'cu102mkl',
  linking: 'static',
  branch: null,
  python: null,
};

describe('formatPrefix', () => {
  it.each<[string, string, Partial<ArtifactId>, string]>([
    ['the seed has it', 'default', {}, `${commit}/ubuntu16.04/cu102mkl/static/`],
    ["MXNet's script has it", 'mxnet', {}, `${commit}/static/ubuntu16.04/cu102mkl/`],
    ['with a branch', 'default', { branch: 'v1.x' }, `v1.x/${commit}/ubuntu16.04/cu102mkl/static/`],
    [
      'with a branch of parts',
      'default',
      { branch: 'a/b%c' },
      `a%2Fb%25c/${commit}/ubuntu16.04/cu102mkl/static/`,
    ],
    ['with a Python', 'default', { python: 'cp311' }, `${commit}/ubuntu16.04/cu102mkl/static/cp311/`],
    ['with no place for the branch', 'mxnet', { branch: 'v1.x' }, `${commit}/static/ubuntu16.04/cu102mkl/`],
    [
      'of a template',
      'wheels/{variant}/{os}/{linking}/{commit}/',
      {},
      `wheels/cu102mkl/ubuntu16.04/static/${commit}/`,
    ],
    [
      'of a target',
      'default',
      { os: 'manylinux2014_aarch64' },
      `${commit}/manylinux2014_aarch64/cu102mkl/static/`,
    ],
  ])('writes a prefix as %s', (_, layout, more, expected) => {
    expect(formatPrefix(readLayout(layout), { ...id, ...more })).toBe(expected);
  });

  it.each<[Partial<ArtifactId>, string]>([
    [{ commit: 'abc1234' }, 'invalid-commit'],
    [{ commit: '../..' }, 'invalid-commit'],
    [{ os: '..' }, 'invalid-word'],
    [{ os: 'a/b' }, 'invalid-word'],
    [{ os: '' }, 'invalid-word'],
    [{ variant: 'a..b' }, 'invalid-word'],
    [{ variant: 'static' }, 'invalid-word'],
    [{ variant: 'x\n' }, 'invalid-word'],
    [{ variant: 'cp311' }, 'invalid-word'],
    [{ variant: '-x' }, 'invalid-word'],
    [{ variant: 'a\\b' }, 'invalid-word'],
    [{ variant: 'x'.repeat(129) }, 'invalid-word'],
    [{ linking: 'shared' as 'static' }, 'invalid-word'],
    [{ python: '../cp311' }, 'invalid-word'],
    [{ python: 'licenses' }, 'invalid-word'],
    [{ branch: '../x' }, 'invalid-word'],
    [{ branch: 'ü'.repeat(60) }, 'invalid-word'],
  ])('refuses %j', (more, code) => {
    expect(() => formatPrefix(readLayout(), { ...id, ...more })).toThrow(expect.objectContaining({ code }));
  });

  it('refuses to drop the Python, and to invent a branch', () => {
    const invalid = expect.objectContaining({ code: 'invalid-layout' });
    expect(() => formatPrefix(readLayout('mxnet'), { ...id, python: 'cp311' })).toThrow(invalid);
    expect(() => formatPrefix(readLayout('{branch}/{commit}/{os}/{variant}/{linking}/'), id)).toThrow(
      invalid,
    );
  });
});

describe('readLayout', () => {
  it.each([
    '',
    'unknown',
    '{commit}/{os}/{variant}/',
    '{commit}/{os}/{variant}/{linking}',
    '{commit}{os}/{variant}/{linking}/',
    '{commit/}{os}/{variant}/{linking}/',
    '{commit}/{commit}/{os}/{variant}/{linking}/',
    '{commit}/{os}/{variant}/{linking}/{user}/',
    '/{commit}/{os}/{variant}/{linking}/',
    '../{commit}/{os}/{variant}/{linking}/',
    'static/{commit}/{os}/{variant}/{linking}/',
    '{commit}/x-{os}/{variant}/{linking}/',
    '__proto__',
    '{branch/}{python/}{commit}/{os}/{variant}/{linking}/',
    'cp311/{commit}/{os}/{variant}/{linking}/',
  ])('refuses %j', (template) => {
    expect(() => readLayout(template)).toThrow(
      expect.objectContaining({ code: 'invalid-layout', hint: expect.stringContaining('default, mxnet') }),
    );
  });
});

describe('parseKey', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._+-]{0,10}[A-Za-z0-9])?$/).filter((text) => {
    return !/\.\.|^(static|dynamic)$|^(cp|pp|py|ip|jy|graalpy)\d/.test(text);
  });
  const branch = fc.constantFrom(
    'main',
    'feature/x',
    'a b'.replace(' ', '%'),
    'ü/漢',
    'static',
    commit,
    'cp311',
    'v1.x',
  );
  const ids = fc.record<ArtifactId>({
    commit: fc.constantFrom(commit, 'ab'.repeat(32)),
    os: fc.oneof(word, fc.constantFrom('debian12', 'cu102', 'py', commit)),
    variant: fc.oneof(word, fc.constantFrom('debian12', 'cu102', 'py', commit)),
    linking: fc.constantFrom('static', 'dynamic'),
    branch: fc.option(branch),
    python: fc.option(fc.constantFrom('cp311', 'pp310', 'cp313t', 'graalpy311')),
  });

  it.each([layouts['default']!, 'x/{linking}/{python/}{variant}/{os}/{branch/}{commit}/'])(
    'reads back %s',
    (template) => {
      const layout = readLayout(template);
      fc.assert(
        fc.property(
          ids,
          fc.constantFrom('', 'libmxnet.so', 'licenses/a b', 'dependencies/x/y.so'),
          (id, rest) => {
            const prefix = formatPrefix(layout, id);
            expect(parseKey(layout, prefix + rest)).toEqual({ id, prefix, rest });
          },
        ),
      );
    },
  );

  it('reads back the keys of MXNet, without branch and Python', () => {
    expect(parseKey(readLayout('mxnet'), `${commit}/static/ubuntu16.04/cu102mkl/libmxnet.so`)).toEqual({
      id,
      prefix: `${commit}/static/ubuntu16.04/cu102mkl/`,
      rest: 'libmxnet.so',
    });
  });

  it.each([
    '',
    'libmxnet.so',
    `${commit}/ubuntu16.04/cu102mkl/`,
    `${commit}/ubuntu16.04/cu102mkl/shared/libmxnet.so`,
    `${commit}/../cu102mkl/static/libmxnet.so`,
    `${commit}//cu102mkl/static/libmxnet.so`,
    `abc1234/ubuntu16.04/cu102mkl/static/libmxnet.so`,
    `${commit.toUpperCase()}/ubuntu16.04/cu102mkl/static/libmxnet.so`,
    `%2e%2e/${commit}/ubuntu16.04/cu102mkl/static/libmxnet.so`,
    `a%2fb/${commit}/ubuntu16.04/cu102mkl/static/libmxnet.so`,
    `%zz/${commit}/ubuntu16.04/cu102mkl/static/libmxnet.so`,
    `a/b/${commit}/ubuntu16.04/cu102mkl/static/libmxnet.so`,
  ])('knows no identity in %j', (key) => {
    expect(parseKey(readLayout(), key)).toBeUndefined();
  });
});
