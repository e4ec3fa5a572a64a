import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runTool } from '../runner/tool.js';
import type { Target } from '../target.js';
import { machineOf, tripletOf } from '../toolchain/machine.js';
import type { Equipment } from '../toolchain/toolchain.js';
import type { Workshop } from './workshop.js';

/** What a Python says of itself. */
interface HostPython {
  readonly machine: string;
  /** `.cpython-311-x86_64-linux-gnu.so`. */
  readonly suffix: string;
  /** Debian's folder of headers that depend on the machine, `/usr/include/x86_64-linux-gnu/python3.11`. */
  readonly multiarch: string;
}

const ASK = `import json, os, platform, sysconfig
multiarch = sysconfig.get_config_var("MULTIARCH") or ""
include = sysconfig.get_path("include")
print(json.dumps({
    "machine": platform.machine(),
    "suffix": sysconfig.get_config_var("EXT_SUFFIX") or "",
    "multiarch": os.path.join(os.path.dirname(include), multiarch, os.path.basename(include)),
}))`;

/**
 * Makes a toolchain ready for Python's own builds (setuptools, and those that ask sysconfig), which go by more than CC
 * and CXX: how extension modules are linked; where Debian has half of Python's headers, which only its own compilers
 * find; and for another machine than this one, its name and the suffix of its extension modules.
 *
 * @param folder - for small files of the build's own
 */
export async function equipForPython(
  equipment: Equipment,
  folder: string,
  workshop: Pick<Workshop, 'target' | 'environment' | 'signal' | 'cache'>,
): Promise<Equipment> {
  const { cc, cxx } = equipment.tools;
  const { arch } = workshop.target;
  const { triplet } = machineOf({ arch });
  const linking = { LDSHARED: `${cc} -shared`, LDCXXSHARED: `${cxx} -shared` };
  const python = await askPython(workshop);
  // A place without this host's Python (an image) is the target's own machine.
  if (python === undefined) return { ...equipment, env: { ...equipment.env, ...linking } };
  const headers = join(folder, 'python');
  if (existsSync(python.multiarch)) {
    const version = python.multiarch.slice(python.multiarch.lastIndexOf('/') + 1);
    await mkdir(join(headers, triplet), { recursive: true });
    // pyconfig.h asks for the target's by its triplet: the host's stands in, which fits where both have 64 bits.
    await symlink(python.multiarch, join(headers, triplet, version));
  }
  const searched = [headers, equipment.env['CPATH'] ?? ''].filter((path) => path !== '').join(delimiter);
  const foreign = {
    _PYTHON_HOST_PLATFORM: `linux-${arch}`,
    // setuptools' own variable, in place of the suffix of the Python that runs it.
    SETUPTOOLS_EXT_SUFFIX: foreignSuffix(python.suffix, workshop.target),
  };
  return {
    ...equipment,
    env: {
      ...equipment.env,
      ...linking,
      ...(existsSync(headers) ? { CPATH: searched } : {}),
      ...(python.machine === arch && workshop.target.libc === 'glibc' ? {} : foreign),
    },
  };
}

/**
 * The suffix of extension modules that the same Python has on another machine: `.cpython-311-x86_64-linux-gnu.so` names
 * implementation and version first, and they stay. (PEP 3149; CPython's word for i686 is i386.)
 */
export function foreignSuffix(suffix: string, target: Pick<Target, 'arch' | 'libc'>): string {
  const triplet = tripletOf(target).replace(/^i686/, 'i386');
  return suffix.replace(/^(\.[^-.]+-[^-.]+)-[^.]+\.so$/, `$1-${triplet}.so`);
}

async function askPython({
  environment,
  signal,
  cache: folder,
}: Pick<Workshop, 'environment' | 'signal' | 'cache'>): Promise<HostPython | undefined> {
  const context = { environment, signal, folder, hint: 'install Python 3' };
  const said = await runTool('python3', ['-c', ASK], context).catch(() => undefined);
  signal?.throwIfAborted();
  return said?.exitCode === 0 ? (JSON.parse(said.stdout) as HostPython) : undefined;
}
