import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder, type Requirement } from '@wheelwright/testing';
import { dockerRunner } from './docker/docker.js';
import { LABEL } from './docker/arguments.js';
import { localRunner } from './local.js';
import type { Job, JobResult, Runner, Step } from './runner.js';

/** The image that tools/services/install imports. */
const IMAGE = 'wheelwright-test:bookworm';

function dockerHas(image: string): boolean {
  try {
    execFileSync('docker', ['image', 'inspect', image], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

const engine: Requirement = {
  met: dockerHas(IMAGE),
  reason: `no engine that has ${IMAGE}: tools/services/install brings both`,
};
const limits = { memory: '256m', disk: '16m', pids: 64 };

const root = await temporaryFolder('conformance');
let count = 0;
let folder: string;
let steps: string[];
let said: number;
let tail: string;

beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(join(folder, 'source'), { recursive: true });
  [steps, said, tail] = [[], 0, ''];
});

const step = (command: Step['command'], env: Step['env'] = {}): Step => ({
  name: 'build',
  command,
  folder: join(folder, 'source'),
  env,
});
const sh = (script: string, ...args: string[]): Step => step(['sh', '-c', script, 'sh', ...args]);

async function run(
  runner: Runner,
  job: readonly Step[],
  more: Partial<Job> & { signal?: AbortSignal; onOutput?: () => void } = {},
): Promise<JobResult> {
  const { signal, onOutput, ...rest } = more;
  const { environment } = await runner.survey(process.env);
  const { PATH = '' } = environment;
  const results = [{ folder: join(folder, 'source') }];
  const withPath = job.map((each) => ({ ...each, env: { PATH, ...each.env } }));
  return runner.run(
    { steps: withPath, workspace: folder, results, ...rest },
    {
      signal,
      onStep: ({ name }) => steps.push(name),
      onOutput: (chunk) => {
        said += chunk.length;
        tail = (tail + chunk.toString()).slice(-10_000);
        onOutput?.();
      },
    },
  );
}

/** The processes of this host, a container's among them, that were started with a word in their arguments. */
function processesWith(word: string): string[] {
  const listed = execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes(word) && !/^Z/.test(line));
}

/** Only what a test of this file left: other users of the engine have containers too. */
function containersOfOurs(): string {
  const own = `label=${LABEL}`;
  const listed = execFileSync('docker', ['ps', '-a', '--filter', own, '--format', `{{.Label "${LABEL}"}}`]);
  return listed
    .toString()
    .split('\n')
    .filter((owner) => owner.endsWith(`:${process.pid}`))
    .join();
}

const runners: readonly [string, () => Runner, readonly Requirement[]][] = [
  ['local', () => localRunner, [{ program: 'ps' }]],
  ['docker', () => dockerRunner({ image: IMAGE, ...limits }), [engine]],
];

describe.each(runners)('the runner %s', (name, create, requirements) => {
  describeIf(requirements, `${name} keeps the rules of runners:`, () => {
    const runner = create();

    it('runs steps in order and brings their files home', async () => {
      await writeFile(join(folder, 'source/a'), 'one');
      const result = await run(runner, [sh('cat a; echo two > b'), sh('cat b >&2')]);
      expect(result).toEqual({ status: 'done' });
      expect(steps).toEqual(['build', 'build']);
      expect(tail).toBe('onetwo\n');
      expect(await readFile(join(folder, 'source/b'), 'utf8')).toBe('two\n');
    });

    it('stops at the first failure and tells its exit code', async () => {
      const result = await run(runner, [sh('exit 7'), sh('touch later')]);
      expect(result).toMatchObject({ status: 'failed', step: 'build', exitCode: 7 });
      expect(steps).toEqual(['build']);
      expect(await readdir(join(folder, 'source'))).toEqual([]);
    });

    it.each(['SEGV', 'KILL', 'ABRT'])('tells the signal SIG%s', async (signal) => {
      const result = await run(runner, [sh(`kill -${signal} $$`)]);
      expect(result).toMatchObject({ status: 'failed', signal: `SIG${signal}` });
    });

    it('ends what takes too long, and says why', async () => {
      const result = await run(runner, [sh('sleep 54321')], { timeLimit: 1 });
      expect(result).toMatchObject({ status: 'failed', reason: 'time-limit' });
      await sleep(200);
      expect(processesWith('54321')).toEqual([]);
    });

    it('is cancelled with everything that it started', async () => {
      const controller = new AbortController();
      const result = await run(
        runner,
        [sh('trap "" TERM; sleep 54322 & echo up; while :; do sleep 1; done')],
        {
          signal: controller.signal,
          onOutput: () => {
            controller.abort();
          },
        },
      );
      expect(result).toEqual({ status: 'cancelled' });
      await sleep(200);
      expect(processesWith('54322')).toEqual([]);
    });

    it('is not begun when it is cancelled before', async () => {
      expect(await run(runner, [sh('touch x')], { signal: AbortSignal.abort() })).toEqual({
        status: 'cancelled',
      });
      expect(steps).toEqual([]);
    });

    it('streams 100 MB of log without keeping it', async () => {
      expect(await run(runner, [sh('head -c 100000000 /dev/zero')])).toEqual({ status: 'done' });
      expect(said).toBe(100_000_000);
    });

    it('does not wait for a fork that outlives the build, nor leave it', async () => {
      expect(await run(runner, [sh('sleep 54323 & true')])).toEqual({ status: 'done' });
      await sleep(200);
      expect(processesWith('54323')).toEqual([]);
    });

    it.each([
      '; touch x',
      '$(touch x)',
      '`touch x`',
      'a\ntouch x',
      '--privileged',
      '-v',
      '--',
      '"',
      "'",
      ',',
    ])('never makes a command or an option of %j', async (word) => {
      expect(
        await run(runner, [step(['printf', '%s', word]), step(['printenv', 'WORD'], { WORD: word })]),
      ).toEqual({ status: 'done' });
      expect(tail).toBe(`${word}${word}\n`);
      expect(await readdir(join(folder, 'source'))).toEqual([]);
    });

    it('says what is missing when a program is not there', async () => {
      await expect(run(runner, [step(['no-such-program'])])).rejects.toMatchObject({ code: 'tool-missing' });
    });
  });
});

describeIf([engine], 'a hostile build in docker', () => {
  const runner = dockerRunner({ image: IMAGE, ...limits });

  it('finds nothing of the caller’s home', async () => {
    const secret = join(root, 'secret');
    await writeFile(secret, 'mine');
    const result = await run(runner, [sh('cat "$1" || ls -A "$2"', secret, process.env['HOME'] ?? '/root')]);
    expect(tail).not.toContain('mine');
    expect(result).toMatchObject({ status: expect.any(String) });
    expect(tail).not.toContain('.npm');
  });

  it('reaches no network', async () => {
    const result = await run(runner, [sh('cat /proc/net/route | tail -n +2; ls /sys/class/net')]);
    expect(result).toEqual({ status: 'done' });
    expect(tail).toBe('lo\n');
  });

  it('cannot write to the image, nor change the sources', async () => {
    await writeFile(join(folder, 'source/a'), 'one');
    const script =
      'echo x > /etc/evil; echo x > /wheelwright/0/source/a; cat /wheelwright/0/source/a; exit 3';
    expect(await run(runner, [sh(script)])).toMatchObject({ exitCode: 3 });
    expect(tail).toMatch(/Read-only file system[^]*Read-only file system[^]*one$/);
    expect(await readFile(join(folder, 'source/a'), 'utf8')).toBe('one');
  });

  it('fills its own volume only', async () => {
    const result = await run(runner, [sh('head -c 64000000 /dev/zero > big')]);
    expect(result).toMatchObject({ status: 'failed' });
    expect(tail).toContain('No space left on device');
    expect(existsSync(join(folder, 'source/big'))).toBe(false);
  });

  it('forks until its limit', async () => {
    const bomb = 'i=0; while [ $i -lt 200 ]; do sleep 54324 & i=$((i+1)); done';
    const result = await run(runner, [sh(bomb)], { timeLimit: 30 });
    expect(result).toMatchObject({ status: 'failed' });
    expect(tail).toMatch(/fork/i);
    expect(processesWith('54324')).toEqual([]);
  });

  it('runs out of memory, and that is told', async () => {
    const eater = 'x=$(head -c 200000000 /dev/zero | tr "\\0" x); y="$x$x$x"; echo ${#y}';
    expect(await run(runner, [sh(eater)])).toMatchObject({ status: 'failed', reason: 'out-of-memory' });
  });

  it('has no capabilities and gains none', async () => {
    await run(runner, [sh('grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status')]);
    expect(tail.match(/0000000000000000/g)).toHaveLength(2);
    expect(tail).toMatch(/NoNewPrivs:\s+1/);
  });

  it('leaves no container', () => {
    expect(containersOfOurs()).toBe('');
  });
});

describeIf([engine], 'docker where something is missing', () => {
  it('names the engine that is not there', async () => {
    const runner = dockerRunner({ image: IMAGE });
    const environment = { ...process.env, DOCKER_HOST: `unix://${root}/none.sock` };
    await expect(runner.survey(environment)).rejects.toMatchObject({ code: 'engine-missing' });
  });

  it('names the image that is not there', async () => {
    const runner = dockerRunner({ image: 'no-such-image:1' });
    await expect(runner.survey(process.env)).rejects.toMatchObject({
      code: 'image-missing',
      message: expect.stringContaining('no-such-image:1'),
    });
  });

  it('tells that its container was taken away in the middle', async () => {
    const runner = dockerRunner({ image: IMAGE, ...limits });
    const kill = (): void => {
      const ids = execFileSync('docker', ['ps', '-q', '--filter', `label=${LABEL}`])
        .toString()
        .split('\n');
      for (const id of ids.filter((each) => each !== '')) {
        const owner = execFileSync('docker', ['inspect', '-f', `{{index .Config.Labels "${LABEL}"}}`, id]);
        if (owner.toString().trim().endsWith(`:${process.pid}`)) execFileSync('docker', ['kill', id]);
      }
    };
    await expect(run(runner, [sh('echo up; sleep 30')], { onOutput: kill })).rejects.toMatchObject({
      code: 'engine-lost',
    });
    expect(containersOfOurs()).toBe('');
  });
});

it.each(['--privileged', '-x', 'a;b', 'a b', '', 'a\nb', '$(x)'])('no image is called %j', (image) => {
  expect(() => dockerRunner({ image })).toThrow(expect.objectContaining({ code: 'bad-request' }));
});
