import { originOf } from '@wheelwright/audit';
import { RepairError } from './error.js';

/** Another wheel that brings a library. @public */
export interface Provider {
  /** The library's name, such as `libcudart.so.12`. */
  readonly library: string;
  /** The requirement on the project, as METADATA has it: `nvidia-cuda-runtime-cu12>=12.1`. */
  readonly requirement: string;
  /** Where that wheel keeps the library, below site-packages: `nvidia/cuda_runtime/lib`. */
  readonly folder: string;
}

/** PEP 508: a name, and what may stand behind it. */
/** One bound of a version (PEP 440, "Version specifiers"). */
const BOUND = String.raw`(?:===?|[~!<>]=|[<>])\s*[A-Za-z0-9.*+!_-]+`;
const SYNTAX = new RegExp(
  String.raw`^([^=\s]+)=([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)((?:\s*${BOUND}(?:\s*,\s*${BOUND})*)?)(?::(.+))?$`,
);

/**
 * Reads `LIBRARY=PROJECT`, with version bounds (`libcudart.so.12=nvidia-cuda-runtime-cu12>=12.1`) and with the folder
 * behind a colon where it isn't known (`libfoo.so.1=foo-libs:foo/lib`).
 *
 * @throws {@link RepairError} `bad-request`
 * @public
 */
export function parseProvider(text: string): Provider {
  const match = SYNTAX.exec(text.trim());
  if (match === null) {
    throw new RepairError(
      'bad-request',
      `${JSON.stringify(text)} doesn't say which wheel brings which library`,
      {
        hint: 'write LIBRARY=PROJECT, such as libcudart.so.12=nvidia-cuda-runtime-cu12, with :FOLDER behind it where the library lies in an unusual place',
      },
    );
  }
  const [, library = '', project = '', bounds = '', given] = match;
  const folder = given ?? knownFolder(library, project);
  if (folder === undefined) {
    throw new RepairError('bad-request', `where ${project} keeps ${library} is not known`, {
      hint: `say where it lies below site-packages: ${library}=${project}:FOLDER`,
    });
  }
  const clean = folder.replace(/\/+$/, '');
  if (clean === '' || clean.startsWith('/') || clean.includes(':') || clean.split('/').includes('..')) {
    throw new RepairError('bad-request', `${JSON.stringify(folder)} is no folder below site-packages`);
  }
  return { library, requirement: `${project}${bounds.replaceAll(/\s+/g, '')}`, folder: clean };
}

function knownFolder(library: string, project: string): string | undefined {
  const origin = originOf(library);
  if (origin?.kind !== 'toolkit') return undefined;
  const normal = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return (
    origin.projects.find((provider) => normal(provider.project) === normal(project))?.folder ?? undefined
  );
}
