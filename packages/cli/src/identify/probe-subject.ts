import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { probeLibinfo, type LibinfoProbe } from '@wheelwright/variant';
import { openFile, openWheel } from '@wheelwright/wheel';
import type { Subject, SubjectLibrary } from './subject.js';

/** What came of loading one of a subject's libraries. */
export interface ProbedLibrary {
  readonly library: string;
  readonly probe: LibinfoProbe;
}

/**
 * Loads every library that can be asked for its features, each in a child process. A wheel's native files are unpacked
 * into a temporary folder first, as a library finds others beside itself.
 */
export async function probeSubject(
  subject: Subject,
  { timeout, signal }: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<readonly ProbedLibrary[]> {
  const able = subject.libraries.filter(({ facts }) => facts.libinfo);
  if (able.length === 0) return [];
  const probeAll = async (pathOf: (library: SubjectLibrary) => string): Promise<ProbedLibrary[]> => {
    const probed: ProbedLibrary[] = [];
    for (const library of able) {
      const probe = await probeLibinfo(pathOf(library), { timeout, signal });
      probed.push({ library: library.name, probe });
    }
    return probed;
  };
  if (subject.kind === 'library') return probeAll(() => subject.path);
  if (subject.kind === 'folder') return probeAll(({ name }) => join(subject.path, name));
  const folder = await mkdtemp(join(tmpdir(), 'wheelwright-probe-'));
  try {
    await unpackNative(subject, folder, signal);
    return await probeAll(({ name }) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Member names are safe: `openWheel` refuses those that lead out. */
async function unpackNative({ path, files }: Subject, folder: string, signal: AbortSignal): Promise<void> {
  const wanted = new Set(files.map(({ name }) => name));
  const archive = await openFile(path);
  try {
    const { members } = await openWheel(archive);
    for (const member of members.filter(({ name }) => wanted.has(name))) {
      const file = resolve(folder, member.name);
      await mkdir(dirname(file), { recursive: true });
      await pipeline(await member.stream(), createWriteStream(file, { mode: 0o700, flags: 'wx' }), {
        signal,
      });
    }
  } finally {
    await archive.close();
  }
}
