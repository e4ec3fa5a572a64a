import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { writeWheel } from '@wheelwright/wheel';
import { TestHost, wheelwright, type Outcome } from '../testing/terminal.js';
import { run } from '../run.js';

const root = await temporaryFolder('publish-command');

async function makeWheel(folder: string, version: string, content = ''): Promise<string> {
  const { filename } = await writeWheel(folder, {
    distribution: 'demo-ops',
    version,
    tags: { python: 'py3', abi: 'none', platform: 'any' },
    metadata: `Metadata-Version: 2.1\nName: demo-ops\nVersion: ${version}\n`,
    files: [{ name: 'demo_ops.py', content: Buffer.from(content) }],
    rootIsPurelib: true,
    generator: 'wheelwright test',
  });
  return filename;
}

describe('publish and index', () => {
  let folder: string;
  let store: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(root, 'run-'));
    store = pathToFileURL(join(folder, 'index')).href;
  });
  const command = (...args: string[]): Promise<Outcome> => wheelwright(folder, args);

  it('publishes wheels and says where they are', async () => {
    const wheels = [await makeWheel(folder, '1.0'), await makeWheel(folder, '2.0')];
    const { exitCode, stdout } = await command('publish', ...wheels, 'index', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wheelwright/publish@1',
      results: [
        {
          status: 'published',
          project: 'demo-ops',
          filename: wheels[0],
          url: `${store}/demo-ops/${wheels[0]!}`,
        },
        { status: 'published', publicUrl: null },
      ],
    });
    const again = await command('publish', wheels[0]!, store);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('unchanged') });
    expect(await command('index', 'check', store)).toMatchObject({ exitCode: 0 });
    expect((await command('index', 'url', store)).stdout).toContain(
      `pip install --index-url ${store}/ PROJECT`,
    );
  });

  it('refuses another wheel of the same name (5), what is no wheel, and half a command line', async () => {
    const wheel = await makeWheel(folder, '1.0');
    await command('publish', wheel, 'index');
    await makeWheel(folder, '1.0', 'x = 1');
    expect(await command('publish', wheel, 'index')).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('another version'),
    });
    await writeFile(join(folder, 'bad-1.0-py3-none-any.whl'), 'no archive');
    expect(await command('publish', 'bad-1.0-py3-none-any.whl', 'index')).toMatchObject({ exitCode: 2 });
    expect(await command('publish', 'missing-1.0-py3-none-any.whl', 'index')).toMatchObject({ exitCode: 4 });
    expect(await command('publish', wheel)).toMatchObject({ exitCode: 2 });
    for (const args of [
      [],
      ['check'],
      ['mend', 'index'],
      ['check', 'index', 'more'],
      ['yank', 'index', 'demo-ops'],
    ]) {
      expect(await command('index', ...args)).toMatchObject({ exitCode: 2 });
    }
  });

  it('yanks, checks (1) and rebuilds', async () => {
    const wheel = await makeWheel(folder, '1.0');
    await command('publish', wheel, 'index');
    const yanked = await command('index', 'yank', 'index', 'demo-ops', '1.0', '--reason', 'crashes');
    expect(yanked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${wheel} is yanked`) });
    expect(await readFile(join(folder, 'index/demo-ops/index.html'), 'utf8')).toContain(
      'data-yanked="crashes"',
    );
    expect(await command('index', 'yank', 'index', 'demo-ops', '9')).toMatchObject({ exitCode: 4 });
    await writeFile(join(folder, 'index/demo-ops/index.html'), 'old');
    const checked = await command('index', 'check', 'index', '--json');
    expect(checked.exitCode).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: false, problems: [{ rule: 'stale-html' }] });
    expect(await command('index', 'rebuild', 'index')).toMatchObject({ exitCode: 0 });
    expect(await command('index', 'check', 'index')).toMatchObject({ exitCode: 0 });
  });

  it('serves until it is stopped', async () => {
    await command('publish', await makeWheel(folder, '1.0'), 'index');
    const host = new TestHost(folder);
    const running = run(['index', 'serve', 'index', '--port', '0'], host);
    let address: string | undefined;
    while (address === undefined) {
      address = /http:\/\/127\.0\.0\.1:\d+\//.exec(host.err)?.[0];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await (await fetch(`${address}demo-ops/`)).text()).toContain('demo_ops-1.0-py3-none-any.whl');
    expect(host.send('SIGINT')).toBe(1);
    expect(await running).toBe(130);
    expect(await command('index', 'serve', 'index', '--port', 'any')).toMatchObject({ exitCode: 2 });
  });
});
