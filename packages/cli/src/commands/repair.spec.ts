import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { buildElf, compileLibrary, describeIf, python, temporaryFolder } from '@wheelwright/testing';
import { writeWheel } from '@wheelwright/wheel';
import { startWheelwright } from '../testing/processes.js';
import { pyproject, writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const folder = await temporaryFolder('cli-repair');

describeIf([{ program: 'gcc' }], 'a project whose library needs another', () => {
  it('is built, repaired, and repaired again to the same', async () => {
    const deps = join(folder, 'deps');
    await mkdir(deps, { recursive: true });
    const inner = await compileLibrary(deps, 'libinner', 'int inner(void) { return 1; }', [
      '-Wl,-soname,libinner.so',
    ]);
    const outer = await compileLibrary(
      folder,
      'libouter',
      'int inner(void); int outer(void) { return inner(); }',
      [inner],
    );
    const tool = `[tool.wheelwright]\nlibraries = [{ from = "build/*.so", base = "build", to = "lib" }]
[tool.wheelwright.repair]\nexclude = ["libnone.so"]\nldpaths = ["../deps"]`;
    const project = await writeProject(folder, 'project', {
      'pyproject.toml': pyproject(tool),
      'demo_ops/__init__.py': '',
      'build/libouter.so': await readFile(outer),
    });
    const built = await wheelwright(project, ['build-wheel', '--json', '--toolchain', 'host']);
    expect(built.stderr).toContain('libnone.so matches no library');
    expect(built.exitCode).toBe(0);
    const report = JSON.parse(built.stdout) as Record<string, string>;
    expect(report).toMatchObject({ platform: expect.stringMatching(/^manylinux_/) });
    expect(report['tag']).toMatch(/^py3-none-manylinux/);

    const again = await wheelwright(project, ['repair', '--json', '--out', 'again', report['wheel']!]);
    expect(JSON.parse(again.stdout)).toMatchObject({ schema: 'wheelwright/repair@1', grafted: [] });
  });
});

describeIf([{ program: 'gcc' }, { program: 'objcopy' }, { program: 'readelf' }], '--split-debug', () => {
  it('keeps the debug information beside the wheel, by build id, in the program as it is published', async () => {
    const root = join(folder, 'split');
    await mkdir(root);
    const library = await compileLibrary(root, 'libdemo', 'int demo(void) { return 1; }', [
      '-g',
      '-Wl,--build-id=0x0123456789abcdef',
    ]);
    const made = await wheelwright(root, ['inspect', '--json', library]);
    expect(JSON.parse(made.stdout)).toMatchObject({ buildId: '0123456789abcdef' });
    const { path } = await writeWheel(root, {
      distribution: 'demo',
      version: '1.0',
      tags: { python: 'py3', abi: 'none', platform: 'linux_x86_64' },
      metadata: 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n',
      files: [{ name: 'demo/libdemo.so', content: { path: library }, executable: true }],
      rootIsPurelib: false,
      generator: 'test',
    });
    const args = ['repair', '--json', '--strip', 'debug', '--split-debug', '--out', 'out', path];
    const { exitCode, stdout, stderr } = await startWheelwright(root, args, {});
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const { wheel, debugArchive } = JSON.parse(stdout) as Record<string, string>;
    const looked = await python<Record<string, string[]>>(
      `import subprocess, zipfile
found = {}
for archive in argv[:2]:
    z = zipfile.ZipFile(archive)
    z.extractall(argv[2])
    for name in z.namelist():
        if name.endswith(('.so', '.debug')):
            lines = subprocess.run(['readelf', '-SW', argv[2] + '/' + name], capture_output=True, text=True).stdout
            found[name] = [part for part in ('.debug_info', '.symtab') if part in lines]
print(json.dumps(found))`,
      wheel!,
      debugArchive!,
      join(root, 'looked'),
    );
    expect(looked).toEqual({
      'demo/libdemo.so': ['.symtab'],
      '.build-id/01/23456789abcdef.debug': ['.debug_info', '.symtab'],
    });
  });
});

describeIf([{ program: 'gcc' }], 'patch', () => {
  it('shows the plan, carries it out, and refuses what can not be meant', async () => {
    await writeFile(join(folder, 'libx.so'), buildElf({ soname: 'libx.so', needed: ['libz.so.1'] }));
    const changes = [
      '--soname',
      'liby.so.2',
      '--rename-needed',
      'libz.so.1=libz-0123abcd.so.1',
      '--runpath',
      '$ORIGIN',
    ];
    const dry = await wheelwright(folder, ['patch', '--dry-run', ...changes, 'libx.so']);
    expect(dry.stdout).toContain('needed libz.so.1: renamed to libz-0123abcd.so.1');
    const done = await wheelwright(folder, ['patch', '--json', '--out', 'liby.so', ...changes, 'libx.so']);
    expect(JSON.parse(done.stdout)).toMatchObject({ schema: 'wheelwright/patch@1', dryRun: false });
    const seen = await wheelwright(folder, ['inspect', '--json', 'liby.so']);
    expect(JSON.parse(seen.stdout)).toMatchObject({
      soname: 'liby.so.2',
      needed: ['libz-0123abcd.so.1'],
      runpath: ['$ORIGIN'],
    });
    expect((await wheelwright(folder, ['patch', 'libx.so'])).exitCode).toBe(2);
    expect((await wheelwright(folder, ['patch', '--rename-needed', 'x', 'libx.so'])).exitCode).toBe(2);
    expect((await wheelwright(folder, ['patch', '--remove-needed', 'libq.so', 'libx.so'])).exitCode).toBe(2);
    expect((await wheelwright(folder, ['patch', '--soname', 'a', 'none.so'])).exitCode).toBe(4);
  });
});

it('tells what is wrong with a request', async () => {
  const codes = await Promise.all(
    [
      ['repair', 'none-1.0-py3-none-any.whl'],
      ['repair', '--provider', 'x', 'none-1.0-py3-none-any.whl'],
      ['repair', '--split-debug', 'none-1.0-py3-none-any.whl'],
      ['repair', '--strip', 'some', 'none-1.0-py3-none-any.whl'],
    ].map(async (args) => (await wheelwright(folder, args)).exitCode),
  );
  expect(codes).toEqual([4, 2, 2, 2]);
  expect(await readdir(folder)).not.toContain('wheelhouse');
});
