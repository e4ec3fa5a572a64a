import type { Architecture } from '../target.js';
import { machineOf } from './machine.js';
import type { Tools } from './toolchain.js';

/** What a cross file says. */
export interface MesonCross {
  readonly arch: Architecture;
  readonly tools: Tools;
  /** A folder without anything in it, in place of the host's own folders of pkg-config. */
  readonly nowhere: string;
}

/**
 * The text of a Meson cross file (https://mesonbuild.com/Cross-compilation.html). It is one also where target and
 * host are the same machine: the host's libraries are for the host's glibc, and only a cross build leaves them alone.
 * Nothing that was compiled is run, so that the result depends on no host. Where dependencies are is in the
 * environment (PKG_CONFIG_PATH, CMAKE_PREFIX_PATH).
 */
export function mesonCrossFile({ arch, tools, nowhere }: MesonCross): string {
  const { cpuFamily, endian } = machineOf({ arch });
  return [
    '[binaries]',
    `c = ${mesonString(tools.cc)}`,
    `cpp = ${mesonString(tools.cxx)}`,
    `ar = ${mesonString(tools.ar)}`,
    `ranlib = ${mesonString(tools.ranlib)}`,
    // The word of Meson before 1.3, and the one since.
    "pkgconfig = 'pkg-config'",
    "pkg-config = 'pkg-config'",
    "cmake = 'cmake'",
    '[host_machine]',
    "system = 'linux'",
    `cpu_family = ${mesonString(cpuFamily)}`,
    `cpu = ${mesonString(arch)}`,
    `endian = ${mesonString(endian)}`,
    '[properties]',
    `pkg_config_libdir = [${mesonString(nowhere)}]`,
    'needs_exe_wrapper = true',
    '',
  ].join('\n');
}

/** A string of Meson's language. */
function mesonString(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}'`;
}
