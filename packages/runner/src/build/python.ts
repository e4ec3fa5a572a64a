import { runTool } from '../runner/tool.js';
import { machineOf } from '../toolchain/machine.js';
import type { Tools } from '../toolchain/toolchain.js';
import type { Workshop } from './workshop.js';

/**
 * What Python's own builds (setuptools, and those that ask sysconfig) go by besides CC and CXX: how extension modules
 * are linked, and for another machine than this, its name and the suffix of its extension modules.
 */
export async function pythonBuildVariables(
  workshop: Pick<Workshop, 'target' | 'environment' | 'signal' | 'cache'>,
  { cc, cxx }: Tools,
): Promise<Record<string, string>> {
  const linking = { LDSHARED: `${cc} -shared`, LDCXXSHARED: `${cxx} -shared` };
  const { arch } = workshop.target;
  const ask = 'import platform, sysconfig; print(platform.machine(), sysconfig.get_config_var("EXT_SUFFIX"))';
  const { environment, signal, cache: folder } = workshop;
  const said = await runTool('python3', ['-c', ask], { environment, signal, folder, hint: '' }).catch(
    () => undefined,
  );
  signal?.throwIfAborted();
  // A place without this host's Python (an image) is taken for the target's own machine.
  const [machine = arch, suffix = ''] = said?.exitCode === 0 ? said.stdout.trim().split(' ') : [];
  if (machine === arch) return linking;
  const { triplet } = machineOf({ arch });
  return {
    ...linking,
    _PYTHON_HOST_PLATFORM: `linux-${arch}`,
    // https://setuptools.pypa.io: in place of the suffix of the Python that runs it.
    SETUPTOOLS_EXT_SUFFIX: suffix.replace(/-[^.]*\.so$/, `-${triplet}.so`),
  };
}
