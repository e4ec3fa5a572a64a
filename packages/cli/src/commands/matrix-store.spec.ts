import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from '@jest/globals';
import { describeIf, s3Requirement, startS3Server, temporaryFolder } from '@wheelwright/testing';
import { pyproject, writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('matrix-store');
const server = await startS3Server();
// The SDK reads this process's own.
Object.assign(process.env, server?.environment);
const gcc = [{ program: 'gcc' }, { program: 'tar' }];

const TEXT = `
[tool.wheelwright]
libraries = [{ from = "*.so" }]
[tool.wheelwright.source]
path = "base"
[tool.wheelwright.compile]
toolchain = "host"
command = ["gcc", "-shared", "-fPIC", "-o", "answer.so", "answer.c"]
[tool.wheelwright.variants.v1]
overlays = [{ path = "v1" }]
[tool.wheelwright.variants.v2]
overlays = [{ path = "v2" }]
`;

/** The same project, as another machine has it: another folder, another cache. */
function machine(name: string): Promise<string> {
  return writeProject(root, name, {
    'pyproject.toml': pyproject(TEXT),
    'base/answer.c': '#include "variant.h"\nint answer(void) { return VARIANT; }\n',
    'v1/variant.h': '#define VARIANT 1\n',
    'v2/variant.h': '#define VARIANT 2\n',
  });
}

interface Ran {
  readonly exitCode: number;
  readonly statuses: string[];
  readonly cells: readonly { key: string; libraries: string[]; message?: string }[];
}

async function matrix(folder: string, store: string, ...args: string[]): Promise<Ran> {
  const environment = { WHEELWRIGHT_CACHE: join(folder, 'cache') };
  const asked = ['matrix', '--json', '--store', store, ...args];
  const { exitCode, stdout, stderr } = await wheelwright(folder, asked, environment);
  if (stdout === '') throw new Error(stderr);
  const { cells = [] } = JSON.parse(stdout) as { cells?: (Ran['cells'][number] & { status: string })[] };
  return { exitCode, statuses: cells.map(({ status }) => status), cells };
}

/** The cells' libraries, by their bytes. */
function libraries({ cells }: Ran): Promise<Buffer[]> {
  return Promise.all(cells.flatMap((cell) => cell.libraries.map((path) => readFile(path))));
}

describeIf(gcc, 'a matrix through a folder that machines share', () => {
  const store = join(root, 'folder-store');

  it('compiles once, and is fetched on every other machine', async () => {
    const [first, second] = [await machine('first'), await machine('second')];
    const compiled = await matrix(first, pathToFileURL(store).href);
    expect(compiled).toMatchObject({ exitCode: 0, statuses: ['compiled', 'compiled'] });
    expect(await matrix(second, store, '--dry-run')).toMatchObject({ statuses: ['fetched', 'fetched'] });
    expect(await readdir(second)).not.toContain('dist');
    const fetched = await matrix(second, store);
    expect(fetched).toMatchObject({ exitCode: 0, statuses: ['fetched', 'fetched'] });
    expect(await libraries(fetched)).toEqual(await libraries(compiled));
    // No tree is left of those that were only hashed.
    for (const folder of [first, second]) expect(await readdir(join(folder, 'cache/work'))).toEqual([]);
    expect((await matrix(second, store)).statuses).toEqual(['cached', 'cached']);
  }, 60_000);

  it('gives the store what it lacks, also of cells that were compiled before', async () => {
    const folder = await machine('late');
    const other = join(root, 'late-store');
    expect((await matrix(folder, store)).statuses).toEqual(['fetched', 'fetched']);
    expect((await matrix(folder, other)).statuses).toEqual(['cached', 'cached']);
    expect(await readdir(join(other, 'cache/cells'))).toHaveLength(2);
  }, 60_000);

  it('compiles the cell anew that an overlay changes, and no other', async () => {
    const folder = await machine('changed');
    await writeFile(join(folder, 'v2/variant.h'), '#define VARIANT 22\n');
    expect((await matrix(folder, store)).statuses).toEqual(['fetched', 'compiled']);
  }, 60_000);

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 100)],
    ['something else', () => Buffer.from('<html>')],
  ])(
    'compiles a cell anew whose archive is %s, and mends it',
    async (name, damage) => {
      const folder = await machine(`damaged ${name}`);
      const cells = join(root, `store of ${name}`, 'cache/cells');
      const [before] = (await matrix(folder, join(root, `store of ${name}`))).cells;
      const archive = join(cells, `${before!.key}.tar.gz`);
      const whole = await readFile(archive);
      await rm(archive);
      await writeFile(archive, damage(whole));
      await rm(join(folder, 'cache'), { recursive: true });
      expect((await matrix(folder, join(root, `store of ${name}`))).statuses).toEqual([
        'compiled',
        'fetched',
      ]);
      const other = await machine(`other ${name}`);
      expect((await matrix(other, join(root, `store of ${name}`))).statuses).toEqual(['fetched', 'fetched']);
    },
    60_000,
  );
});

describeIf([...gcc, s3Requirement], 'a matrix through a bucket', () => {
  it('compiles once, and is fetched on every other machine', async () => {
    const store = `s3://${await server!.makeBucket('cells')}/wheels`;
    const [first, second] = [await machine('s3-first'), await machine('s3-second')];
    const compiled = await matrix(first, store);
    expect(compiled).toMatchObject({ exitCode: 0, statuses: ['compiled', 'compiled'] });
    const fetched = await matrix(second, store);
    expect(fetched).toMatchObject({ exitCode: 0, statuses: ['fetched', 'fetched'] });
    expect(await libraries(fetched)).toEqual(await libraries(compiled));
    const archives = await readdir(join(server!.buckets, 'cells/wheels/cache/cells'));
    expect(archives.filter((name) => name.endsWith('.tar.gz'))).toHaveLength(2);
  }, 60_000);

  it('says that the bucket is not there, and leaves no tree behind', async () => {
    const folder = await machine('no-bucket');
    const { exitCode, cells, statuses } = await matrix(folder, 's3://no-such-bucket/x');
    expect({ exitCode, statuses }).toEqual({ exitCode: 3, statuses: ['error', 'error'] });
    expect(cells[0]!.message).toContain('bucket does not exist');
    expect(await readdir(join(folder, 'cache/work'))).toEqual([]);
  }, 60_000);
});
