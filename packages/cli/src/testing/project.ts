import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The files of a project by their paths; a text or bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes a project into a new folder below `root` and returns the folder. Libraries (`.so`) are made executable. */
export async function writeProject(root: string, name: string, files: Files): Promise<string> {
  const folder = join(root, name);
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (path.endsWith('.so')) await chmod(file, 0o755);
  }
  return folder;
}

/** A pyproject.toml with the least that a wheel needs, and more lines. */
export function pyproject(tool = '', project = ''): string {
  return `[project]\nname = "demo-ops"\nversion = "1.2"\n${project}\n${tool}\n`;
}
