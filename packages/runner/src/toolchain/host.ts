import { RunnerError } from '../error.js';
import { runTool, type ToolContext } from '../runner/tool.js';
import type { Target } from '../target.js';
import { launchCompilers } from './ccache.js';
import { searchPaths, type Site, type Toolchain } from './toolchain.js';

/** Node's words for the machines, and those of platform tags. */
const HOST_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  ia32: 'i686',
  arm64: 'aarch64',
  arm: 'armv7l',
  ppc64: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};

/** The caller's variables that belong to the host's own compilers; they're part of the identity. */
const COMPILER_VARIABLES = ['CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'LDFLAGS', 'LD_LIBRARY_PATH'] as const;

/**
 * The compilers of this host as they are: gcc and g++, or what CC, CXX, AR and RANLIB say. They link against the
 * host's own glibc: whether the result meets the target is for the audit to say.
 *
 * @param hostArch - Node's word for this machine (`process.arch`)
 * @throws {@link RunnerError} `target-unsupported` for another machine, `tool-missing` without a compiler
 */
export async function hostToolchain(
  target: Target,
  hostArch: string,
  context: ToolContext & { readonly folder: string },
): Promise<Toolchain> {
  if (HOST_ARCHITECTURES[hostArch] !== target.arch) {
    throw new RunnerError(
      'target-unsupported',
      `${target.tag}: this host is ${hostArch}, and its compiler is too`,
      {
        hint: 'compile for another machine with --toolchain zig',
      },
    );
  }
  const { environment } = context;
  const tools = {
    cc: environment['CC'] ?? 'gcc',
    cxx: environment['CXX'] ?? 'g++',
    ar: environment['AR'] ?? 'ar',
    ranlib: environment['RANLIB'] ?? 'ranlib',
  };
  const flags = COMPILER_VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const versions = [await versionOf(tools.cc, context), await versionOf(tools.cxx, context)];
  return {
    name: 'host',
    readOnly: [],
    scratch: [],
    identity: JSON.stringify(['host', target.arch, tools, versions, flags]),
    async equip(site) {
      const commands = { cc: words(tools.cc), cxx: words(tools.cxx) };
      const launched = await launchCompilers(site.launcher, site.folder, commands, { type: 'auto' });
      const { cc = tools.cc, cxx = tools.cxx } = launched;
      const given = Object.fromEntries(flags);
      const env = {
        ...given,
        CC: cc,
        CXX: cxx,
        AR: tools.ar,
        RANLIB: tools.ranlib,
        CFLAGS: withNames(given['CFLAGS'], site),
        CXXFLAGS: withNames(given['CXXFLAGS'], site),
        ...launched.env,
        ...searchPaths(site.prefixes),
      };
      return { tools: { ...tools, cc, cxx }, env };
    },
  };
}

/** CC may have words of its own: `ccache gcc`. */
function words(compiler: string): string[] {
  return compiler.split(/\s+/).filter((word) => word !== '');
}

async function versionOf(
  compiler: string,
  context: ToolContext & { readonly folder: string },
): Promise<string> {
  const [program = '', ...args] = words(compiler);
  const hint = 'install a compiler (Debian: apt install g++), set CC and CXX, or use --toolchain zig';
  const result = await runTool(program, [...args, '--version'], { ...context, hint });
  if (result.exitCode === 0) return result.stdout.trim();
  throw new RunnerError('tool-missing', `${compiler} --version fails: ${result.stderr.trim()}`, { hint });
}

/**
 * These variables are split at spaces by whoever reads them, so a path with one can't be renamed; the result is
 * then right all the same, only with the path in it.
 */
function withNames(flags: string | undefined, site: Site): string {
  const renamed = site.names
    .filter(({ path }) => !/\s/.test(path))
    .map(({ path, name }) => `-ffile-prefix-map=${path}=${name}`);
  return [...(flags === undefined ? [] : [flags]), ...renamed].join(' ');
}
