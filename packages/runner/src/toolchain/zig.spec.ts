import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { parseTarget } from '../target.js';
import { zigToolchain, zigTriple } from './zig.js';

const folder = await temporaryFolder('zig');

describe('zigTriple', () => {
  it.each([
    ['manylinux2014_x86_64', 'x86_64-linux-gnu.2.17'],
    ['manylinux_2_28_aarch64', 'aarch64-linux-gnu.2.28'],
    ['manylinux2014_i686', 'x86-linux-gnu.2.17'],
    ['manylinux2014_armv7l', 'arm-linux-gnueabihf.2.17'],
    // zig's oldest glibc for it; its symbols are GLIBC_2.17, and the result is checked.
    ['manylinux2014_ppc64le', 'powerpc64le-linux-gnu.2.19'],
    ['manylinux_2_28_ppc64le', 'powerpc64le-linux-gnu.2.28'],
    ['manylinux2014_s390x', 's390x-linux-gnu.2.17'],
    ['manylinux_2_31_riscv64', 'riscv64-linux-gnu.2.31'],
    ['musllinux_1_2_x86_64', 'x86_64-linux-musl'],
    ['musllinux_1_2_i686', 'x86-linux-musl'],
    ['musllinux_1_2_armv7l', 'arm-linux-musleabihf'],
    ['musllinux_1_2_ppc64le', 'powerpc64le-linux-musl'],
  ])('of %s is %s', (tag, triple) => {
    expect(zigTriple(parseTarget(tag))).toBe(triple);
  });

  it.each(['musllinux_1_1_x86_64', 'linux_x86_64', 'manylinux_2_17_riscv64', 'manylinux_2_5_aarch64'])(
    'refuses %s',
    (tag) => {
      expect(() => zigTriple(parseTarget(tag))).toThrow(
        expect.objectContaining({ code: 'target-unsupported' }),
      );
    },
  );
});

describe('zigToolchain', () => {
  const toolchain = zigToolchain(parseTarget('manylinux2014_x86_64'), '/cache/zig/zig', '/cache/zig-cache');

  it('puts the target and the defaults before the arguments, the prefixes after', async () => {
    const names = [{ path: '/build/source', name: '/source' }];
    const { tools, env } = await toolchain.equip({ folder, prefixes: ['/deps'], names });
    const cxx = await readFile(tools.cxx, 'utf8');
    expect(cxx).toContain(`exec '/cache/zig/zig' 'c++' '-target' 'x86_64-linux-gnu.2.17' '-O2'`);
    expect(cxx).toContain(`'-ffile-prefix-map=/build/source=/source' "$@" '-L/deps/lib'`);
    expect(env).toMatchObject({
      CXX: tools.cxx,
      ZIG_GLOBAL_CACHE_DIR: '/cache/zig-cache',
      CPATH: '/deps/include',
      PKG_CONFIG_PATH: '/deps/lib/pkgconfig:/deps/share/pkgconfig',
    });
  });

  it.each([
    ['manylinux2014_ppc64le', true],
    ['manylinux_2_34_ppc64le', false],
    ['manylinux2014_aarch64', false],
  ])('takes the long double of the time for %s: %s', async (tag, ibm) => {
    const { tools } = await zigToolchain(parseTarget(tag), '/z/zig', '/c').equip({
      folder,
      prefixes: [],
      names: [],
    });
    expect((await readFile(tools.cc, 'utf8')).includes('-mabi=ibmlongdouble')).toBe(ibm);
  });

  it('keeps CMake and pkg-config off the host, also without dependencies', async () => {
    const { cmakeToolchainFile = '', env } = await toolchain.equip({ folder, prefixes: [], names: [] });
    expect(await readFile(cmakeToolchainFile, 'utf8')).toContain(`set(CMAKE_FIND_ROOT_PATH "${folder}")`);
    expect(env['PKG_CONFIG_LIBDIR']).toBe(folder);
    expect(env).not.toHaveProperty('CPATH');
  });

  it('has another identity for another target', () => {
    const other = zigToolchain(parseTarget('manylinux_2_28_x86_64'), '/cache/zig/zig', '/cache/zig-cache');
    expect(other.identity).not.toBe(toolchain.identity);
    expect(toolchain.identity).toContain('0.17.1');
  });
});
