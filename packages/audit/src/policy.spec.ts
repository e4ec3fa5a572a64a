import { describe, expect, it } from '@jest/globals';
import { findPolicy, policiesOf } from './policy.js';
import { allowsVersion } from './requirement.js';

const x86 = (name: string): NonNullable<ReturnType<typeof findPolicy>> => findPolicy(name, 'x86_64')!;

describe('policiesOf', () => {
  it('lists an architecture’s policies, the oldest first', () => {
    expect(
      policiesOf('manylinux', 'x86_64')
        .slice(0, 3)
        .map(({ name }) => name),
    ).toEqual(['manylinux_2_5', 'manylinux_2_12', 'manylinux_2_17']);
    expect(policiesOf('manylinux', 'riscv64')[0]?.name).toBe('manylinux_2_31');
    expect(policiesOf('musllinux', 'loongarch64').map(({ name }) => name)).toEqual(['musllinux_1_2']);
    expect(policiesOf('musllinux', 'ppc64')).toEqual([]);
  });

  it('allows what an older policy allows', () => {
    const policies = policiesOf('manylinux', 'x86_64');
    policies.slice(1).forEach((newer, index) => {
      const older = policies[index]!;
      expect([...newer.libraries]).toEqual(expect.arrayContaining([...older.libraries]));
      for (const [prefix, versions] of older.versions) {
        expect([...(newer.versions.get(prefix) ?? [])]).toEqual(expect.arrayContaining([...versions]));
      }
    });
  });
});

describe('findPolicy', () => {
  it.each([
    ['manylinux1', 'manylinux_2_5'],
    ['manylinux2010', 'manylinux_2_12'],
    ['manylinux2014', 'manylinux_2_17'],
    ['manylinux_2_28', 'manylinux_2_28'],
  ])('%s is %s', (alias, name) => {
    expect(findPolicy(alias, 'x86_64')?.name).toBe(name);
  });

  it('knows no policy on an architecture that came later', () => {
    expect(findPolicy('manylinux1', 'aarch64')).toBeUndefined();
  });
});

describe('the symbol versions of a policy', () => {
  it.each([
    ['manylinux_2_17', 'GLIBC_2.17', true],
    ['manylinux_2_17', 'GLIBC_2.18', false],
    ['manylinux_2_17', 'GLIBC_2.0', false],
    ['manylinux_2_41', 'GLIBC_2.37', false],
    ['manylinux_2_41', 'GLIBC_PRIVATE', false],
    ['manylinux_2_17', 'CXXABI_TM_1', true],
    ['manylinux_2_5', 'CXXABI_TM_1', false],
    ['manylinux_2_17', 'LIBATOMIC_1.0', false],
    ['manylinux_2_5', 'ZLIB_1.2.0', false],
    ['manylinux_2_12', 'ZLIB_1.2.0', true],
    ['manylinux_2_5', 'OPENSSL_3.0.0', true],
    ['manylinux_2_5', 'libcudart.so.12', true],
  ])('%s, %s: %s', (name, version, allowed) => {
    expect(allowsVersion(x86(name), version)).toBe(allowed);
  });

  it('has a ladder for each architecture', () => {
    expect(allowsVersion(findPolicy('manylinux_2_17', 'aarch64')!, 'GLIBC_2.18')).toBe(true);
    expect(allowsVersion(findPolicy('manylinux_2_17', 'i686')!, 'GLIBC_2.0')).toBe(true);
  });
});

describe('the libraries of a policy', () => {
  it('grow from policy to policy', () => {
    expect(x86('manylinux_2_5').libraries.has('libexpat.so.1')).toBe(false);
    expect(x86('manylinux_2_12').libraries.has('libexpat.so.1')).toBe(true);
  });

  it('name musl’s libc by the architecture', () => {
    const { libraries } = findPolicy('musllinux_1_2', 'armv7l')!;
    expect([...libraries].sort()).toEqual(['libc.musl-armv7.so.1', 'libz.so.1']);
  });

  it('deny symbols of libraries that they allow, up to a policy', () => {
    expect(x86('manylinux_2_31').denied.get('libz.so.1')?.has('uncompress2')).toBe(true);
    expect(x86('manylinux_2_34').denied.get('libz.so.1')?.has('uncompress2')).toBe(false);
    expect(x86('manylinux_2_41').denied.get('libz.so.1')?.has('inflate_fast')).toBe(true);
  });
});
