import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RunnerError } from '../error.js';
import { runTool, type ToolContext } from '../runner/tool.js';
import type { Target } from '../target.js';
import { launchCompilers } from './ccache.js';
import { isOlder, machineOf, muslName, zigGlibc } from './machine.js';
import { mesonCrossFile } from './meson-cross.js';
import type { Equipment, Site, Toolchain } from './toolchain.js';
import { searchPaths } from './toolchain.js';
import { cmakeToolchainFile, compilerScript, wrapperScript } from './wrapper.js';
import { ZIGLANG } from './ziglang.js';

/**
 * What zig's compilers are told before the project's own flags, which win:
 * its default without -O is a debug build with UBSan, whose runtime isn't there in a shared library; stripped,
 * because its debug information is larger than the code and full of paths.
 */
const DEFAULTS = ['-O2', '-fno-sanitize=undefined', '-g0', '-s'];

/** The oldest musl whose headers and symbols zig has: an older one may lack what they name, and nothing in a file says so. */
const OLDEST_MUSL = [1, 2] as const;

/**
 * zig's word for a target: `x86_64-linux-gnu.2.17`, `x86_64-linux-musl`. It's always given: without one zig builds for
 * the very CPU that it runs on.
 *
 * What is linked for musl needs `libc.so`, a name that only a linker finds: who makes a wheel of it names it as the
 * architecture's loader does.
 *
 * @throws {@link RunnerError} `target-unsupported`
 */
export function zigTriple(target: Target): string {
  if (target.libc === 'musl') return muslTriple(target);
  if (target.floor === undefined) {
    throw new RunnerError('target-unsupported', `${target.tag}: zig needs to know the oldest glibc`, {
      hint: `ask for manylinux2014_${target.arch}, or compile with --toolchain host`,
    });
  }
  return `${machineOf(target).zig}.${zigGlibc(target, target.floor).join('.')}`;
}

function muslTriple(target: Target): string {
  if (target.floor === undefined || isOlder(target.floor, OLDEST_MUSL)) {
    throw new RunnerError('target-unsupported', `${target.tag}: zig's musl is a newer one`, {
      hint: `ask for musllinux_${OLDEST_MUSL.join('_')}_${target.arch}`,
    });
  }
  return muslName(machineOf(target).zig);
}

/**
 * zig for one target.
 *
 * @param program - the installed zig
 * @param cache - a folder: what zig compiles of its own (libc++, 60 s) is kept there
 */
export function zigToolchain(target: Target, program: string, cache: string): Toolchain {
  const triple = zigTriple(target);
  return {
    name: 'zig',
    readOnly: [dirname(program)],
    scratch: [cache],
    identity: ['zig', ZIGLANG.version, triple, ...DEFAULTS, ...longDouble(target)].join(' '),
    equip: (site) => equip(site, { target, triple, program, cache }),
  };
}

/**
 * Has zig compile its own runtime (libc++, 60 s) into its cache. A container works on a copy of that cache, which
 * goes with the container: no build can leave anything in the compiler of the next.
 */
export async function warmZig(
  target: Target,
  program: string,
  cache: string,
  context: ToolContext,
): Promise<void> {
  const folder = join(cache, 'warm');
  const library = join(folder, 'warm.so');
  if (existsSync(library)) return;
  await mkdir(folder, { recursive: true });
  const source = join(folder, 'warm.cc');
  await writeFile(source, '#include <string>\nint warm(int n) { return int(std::to_string(n).size()); }\n');
  const environment = { ...context.environment, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const args = ['c++', '-target', zigTriple(target), ...DEFAULTS, '-fPIC', '-shared', '-o', library, source];
  const hint = 'is the cache on a file system that is mounted noexec?';
  const { exitCode, stderr } = await runTool(program, args, { ...context, environment, folder, hint });
  if (exitCode === 0) return;
  throw new RunnerError('zig-missing', `zig can't compile for ${target.tag}: ${stderr.trim()}`, { hint });
}

async function equip(
  site: Site,
  zig: { target: Target; triple: string; program: string; cache: string },
): Promise<Equipment> {
  const renamed = site.names.map(({ path, name }) => `-ffile-prefix-map=${path}=${name}`);
  const compiler = ['-target', zig.triple, ...DEFAULTS, ...longDouble(zig.target), ...renamed];
  // zig doesn't look at LIBRARY_PATH. After the project's own -L, as LIBRARY_PATH would be.
  const searched = site.prefixes.map((prefix) => `-L${join(prefix, 'lib')}`);
  // Without a language zig hands standard input to clang as it is, and clang doesn't know `-gnu.2.17`: Meson asks so.
  const compilers = {
    cc: await writeScript(
      join(site.folder, 'cc'),
      compilerScript([zig.program, 'cc', ...compiler], searched, '-xc'),
    ),
    cxx: await writeScript(
      join(site.folder, 'c++'),
      compilerScript([zig.program, 'c++', ...compiler], searched, '-xc++'),
    ),
  };
  // ccache doesn't see what the wrappers add, and takes their time for the compiler's: each build writes them anew.
  const identity = [ZIGLANG.version, compiler, searched];
  const { env: launcherEnv, ...launched } = await launchCompilers(
    site.launcher,
    site.folder,
    { cc: [compilers.cc], cxx: [compilers.cxx] },
    { identity, type: 'clang' },
  );
  const tools = {
    ...compilers,
    ...launched,
    ar: await writeScript(join(site.folder, 'ar'), wrapperScript([zig.program, 'ar'])),
    ranlib: await writeScript(join(site.folder, 'ranlib'), wrapperScript([zig.program, 'ranlib'])),
  };
  const cmakeToolchain = join(site.folder, 'toolchain.cmake');
  const { arch: processor } = zig.target;
  // The site's own folder has neither headers nor libraries: it stands for "nowhere on this host".
  const roots = [site.folder, ...site.prefixes] as const;
  await writeFile(cmakeToolchain, cmakeToolchainFile({ processor, ...tools, roots }));
  const mesonCross = join(site.folder, 'cross.ini');
  await writeFile(mesonCross, mesonCrossFile({ arch: processor, tools, nowhere: site.folder }));
  return {
    tools,
    env: {
      CC: tools.cc,
      CXX: tools.cxx,
      AR: tools.ar,
      RANLIB: tools.ranlib,
      ZIG_GLOBAL_CACHE_DIR: zig.cache,
      ZIG_LOCAL_CACHE_DIR: zig.cache,
      ...launcherEnv,
      ...searchPaths(site.prefixes),
      // In place of the host's own folders, which PKG_CONFIG_PATH would only be added to.
      PKG_CONFIG_LIBDIR: site.folder,
    },
    cmakeToolchainFile: cmakeToolchain,
    mesonCrossFile: mesonCross,
  };
}

/**
 * zig's long double for ppc64le is IEEE's, and its headers then rename printf to `__printfieee128`, which glibc has from
 * 2.32 on only. For an older one it's IBM's, as for every compiler of that time.
 */
function longDouble({ arch, floor }: Target): string[] {
  const old = floor !== undefined && floor[0] === 2 && floor[1] < 32;
  return arch === 'ppc64le' && old ? ['-mabi=ibmlongdouble'] : [];
}

async function writeScript(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}
