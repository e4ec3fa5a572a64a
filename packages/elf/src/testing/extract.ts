import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Reads the archive with Python's zipfile, which shares no code with us. Members come out under numbers, as their
 * names may be anything.
 */
const SCRIPT = `
import json, os, shutil, sys, zipfile
archive, folder, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
found = []
try:
    wheel = zipfile.ZipFile(archive)
except (zipfile.BadZipFile, OSError):
    wheel = None
for info in wheel.infolist() if wheel else []:
    if info.file_size > most:
        continue
    with wheel.open(info) as member:
        if member.read(4) != b'\\x7fELF':
            continue
    path = os.path.join(folder, str(len(found)))
    with wheel.open(info) as member, open(path, 'wb') as file:
        shutil.copyfileobj(member, file, 1 << 20)
    found.append({'member': info.filename, 'path': path})
print(json.dumps(found))
`;

/** A member of a wheel that is an ELF file, and where it was put. */
export interface ExtractedFile {
  readonly member: string;
  readonly path: string;
}

/**
 * Extracts the ELF files of a wheel into a folder that is there. What is no archive has none.
 *
 * @param most - members with more bytes stay where they are
 */
export async function extractElfFiles(
  wheel: string,
  folder: string,
  most = Number.MAX_SAFE_INTEGER,
): Promise<ExtractedFile[]> {
  const { stdout } = await promisify(execFile)('python3', ['-c', SCRIPT, wheel, folder, String(most)], {
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout) as ExtractedFile[];
}
