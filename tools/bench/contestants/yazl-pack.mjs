/** usage: yazl-pack.mjs FOLDER ARCHIVE: packs a folder by yazl, each file by its path, at level 6. */
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

const [folder, archive] = process.argv.slice(2);
const zip = new ZipFile();
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = path.join(entry.parentPath, entry.name);
  zip.addFile(file, path.relative(folder, file), { compressionLevel: 6 });
}
zip.end();
await pipeline(zip.outputStream, createWriteStream(archive));
