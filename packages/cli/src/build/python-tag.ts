import { isExtension, type AuditedFile } from '@wheelwright/audit';
import { CliError } from '../error.js';

/** The first two parts of a wheel's tag (PEP 425): which Pythons, and which ABI of theirs. */
export interface PythonTag {
  readonly python: string;
  readonly abi: string;
}

/** A library that is loaded through ctypes belongs to no Python in particular. */
const ANY_PYTHON: PythonTag = { python: 'py3', abi: 'none' };

/**
 * Which Pythons a wheel is for: extension modules say it by their names (PEP 3149 and the stable ABI's `.abi3.so`);
 * without extension modules any Python 3 will do.
 *
 * @param requiresPython - `project.requires-python`; its lower bound is the oldest Python of a stable ABI wheel
 * @throws {@link CliError} `bad-project` where extensions contradict one another or say nothing
 */
export function pythonTag(files: readonly AuditedFile[], requiresPython: string | undefined): PythonTag {
  const extensions = files.filter(isExtension);
  const tags = new Map(extensions.map(({ path }) => [path, tagOfName(path, requiresPython)]));
  // One extension for one Python binds the whole wheel; stable ABI modules beside it are content with it.
  const bound = [...tags].filter(([, tag]) => tag.abi !== 'abi3');
  const [first = [...tags][0], ...others] = bound;
  if (first === undefined) return ANY_PYTHON;
  const contradiction = others.find(([, tag]) => tag.abi !== first[1].abi);
  if (contradiction !== undefined) {
    throw new CliError(
      'bad-project',
      `${first[0]} is for ${first[1].abi} and ${contradiction[0]} for ${contradiction[1].abi}: one wheel can't be both`,
      { hint: 'build one wheel for each Python' },
    );
  }
  return first[1];
}

function tagOfName(path: string, requiresPython: string | undefined): PythonTag {
  const soabi = /\.cpython-(\d)(\d+)([a-z]*)(?:-[^/]*)?\.(?:so|pyd)$/.exec(path);
  if (soabi !== null) {
    const [, major = '', minor = '', flags = ''] = soabi;
    return { python: `cp${major}${minor}`, abi: `cp${major}${minor}${flags}` };
  }
  if (path.endsWith('.abi3.so')) return { python: oldestPython(requiresPython), abi: 'abi3' };
  throw new CliError(
    'bad-project',
    `${path} is an extension module, and its name doesn't say for which Python`,
    {
      hint: 'name it as sysconfig.get_config_var("EXT_SUFFIX") says, or .abi3.so for the stable ABI',
    },
  );
}

/** `>=3.8` gives `cp38`; the stable ABI begins with 3.2 (PEP 384). */
function oldestPython(requiresPython: string | undefined): string {
  const bound = /(?:>=|~=|==)\s*3\.(\d+)/.exec(requiresPython ?? '');
  return bound === null ? 'cp32' : `cp3${bound[1] ?? ''}`;
}
