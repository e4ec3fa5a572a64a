import { RunnerError } from '../error.js';
import type { Surroundings } from '../runner/runner.js';
import type { Target } from '../target.js';
import { searchPaths, type Toolchain } from './toolchain.js';

/**
 * The compilers of an image: gcc and g++, linked against the image's own glibc and libstdc++. Which floor comes
 * out is for the audit to say.
 *
 * @throws {@link RunnerError} `target-unsupported` where there is no image
 */
export function imageToolchain(target: Target, { image }: Surroundings): Toolchain {
  if (image === undefined) {
    throw new RunnerError(
      'target-unsupported',
      'the toolchain gcc is an image\u2019s, and there is no image',
      {
        hint: "compile with --runner docker, or with this host's own compilers: --toolchain host",
      },
    );
  }
  const tools = { cc: 'gcc', cxx: 'g++', ar: 'ar', ranlib: 'ranlib' };
  return {
    name: 'gcc',
    // Whatever is in the image, its digest changes with it.
    identity: JSON.stringify(['gcc', target.arch, image.digest]),
    readOnly: [],
    scratch: [],
    equip({ names, prefixes }) {
      const renamed = names.map(({ path, name }) => `-fdebug-prefix-map=${path}=${name}`).join(' ');
      const env = { CC: tools.cc, CXX: tools.cxx, AR: tools.ar, RANLIB: tools.ranlib };
      const flags = { CFLAGS: renamed, CXXFLAGS: renamed };
      return Promise.resolve({ tools, env: { ...env, ...flags, ...searchPaths(prefixes) } });
    },
  };
}
