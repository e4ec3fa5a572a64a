import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { localRunner } from './local.js';
import type { JobResult, Step } from './runner.js';

const root = await temporaryFolder('local');
let count = 0;
let folder: string;
let output: string;
const steps: string[] = [];

beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
  output = '';
  steps.length = 0;
});

const env = { PATH: process.env['PATH'] ?? '' };

function step(command: Step['command'], name = 'build'): Step {
  return { name, command, folder, env };
}

function run(job: readonly Step[], signal?: AbortSignal): Promise<JobResult> {
  return localRunner.run(
    { steps: job, workspace: folder },
    {
      signal,
      onStep: ({ name }) => steps.push(name),
      onOutput: (chunk) => (output += chunk.toString()),
    },
  );
}

/** Waits for a file with a process id in it. */
async function pidFrom(name: string): Promise<number> {
  const path = join(folder, name);
  for (let i = 0; i < 200; i += 1) {
    const text = existsSync(path) ? await readFile(path, 'utf8') : '';
    if (text.endsWith('\n')) return Number(text);
    await sleep(20);
  }
  throw new Error(`${name} was never written`);
}

/** A process that is a zombie has ended too: its new parent hasn't looked yet. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let i = 0; i < 50; i += 1) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tgone');
    if (!/^State:\t[RSDT]/m.test(status)) return true;
    await sleep(20);
  }
  return false;
}

it('runs the steps in order, in their folder, and passes both streams on', async () => {
  const result = await run([
    step(['sh', '-c', 'echo out; echo err >&2; pwd'], 'a'),
    step(['sh', '-c', 'echo $0'], 'b'),
  ]);
  expect(result).toEqual({ status: 'done' });
  expect(steps).toEqual(['a', 'b']);
  for (const said of ['out\n', 'err\n', `${folder}\n`, 'sh\n']) expect(output).toContain(said);
});

it('gives a program its environment and nothing else', async () => {
  await run([{ ...step(['env']), env: { ...env, DECLARED: 'x y' } }]);
  expect(output.trim().split('\n').sort()).toEqual([`DECLARED=x y`, `PATH=${env.PATH}`]);
});

it('stops at the first step that fails', async () => {
  const failing = step(['sh', '-c', 'exit 7'], 'first');
  expect(await run([failing, step(['true'], 'second')])).toEqual({
    status: 'failed',
    step: 'first',
    command: ['sh', '-c', 'exit 7'],
    exitCode: 7,
  });
  expect(steps).toEqual(['first']);
});

it('tells the signal that ended a program', async () => {
  expect(await run([step(['sh', '-c', 'kill -SEGV $$'])])).toMatchObject({
    status: 'failed',
    signal: 'SIGSEGV',
  });
});

it.each(['; touch x', '$(touch x)', '`touch x`', '| touch x', '\ntouch x', '&& touch x', '*', '"', "'"])(
  'never makes a command of the argument %j',
  async (argument) => {
    expect(await run([step(['printf', '%s', argument])])).toEqual({ status: 'done' });
    expect(output).toBe(argument);
    expect(await readdir(folder)).toEqual([]);
  },
);

it('says what is missing when a program cannot be started', async () => {
  await expect(run([step(['no-such-program'])])).rejects.toMatchObject({
    code: 'tool-missing',
    message: expect.stringContaining("'no-such-program' is not there"),
  });
  await writeFile(join(folder, 'script'), '#!/bin/sh\n');
  await expect(run([step(['./script'])])).rejects.toMatchObject({
    code: 'tool-missing',
    message: expect.stringContaining('is not executable'),
  });
});

it('starts a program by its path in the folder', async () => {
  await writeFile(join(folder, 'script'), '#!/bin/sh\necho "$1"\n');
  await chmod(join(folder, 'script'), 0o755);
  await run([step(['./script', 'hello'])]);
  expect(output).toBe('hello\n');
});

describe('nothing of a job outlives it', () => {
  it('kills what a program left in the background', async () => {
    expect(await run([step(['sh', '-c', 'sleep 60 & echo $! > pid'])])).toEqual({ status: 'done' });
    expect(await hasEnded(await pidFrom('pid'))).toBe(true);
  });

  it('kills the whole group of a cancelled job, grandchildren in the background included', async () => {
    const controller = new AbortController();
    const script = '(sh -c "sleep 60 & echo \\$! > grandchild; wait") & echo $! > child; wait';
    const result = run([step(['sh', '-c', script]), step(['true'])], controller.signal);
    const pids = [await pidFrom('child'), await pidFrom('grandchild')];
    controller.abort();
    expect(await result).toEqual({ status: 'cancelled' });
    for (const pid of pids) expect(await hasEnded(pid)).toBe(true);
    expect(steps).toEqual(['build']);
  });

  it('kills a program that ignores SIGTERM', async () => {
    const controller = new AbortController();
    const result = run(
      [step(['sh', '-c', "trap '' TERM; echo $$ > pid; while :; do sleep 1; done"])],
      controller.signal,
    );
    const pid = await pidFrom('pid');
    controller.abort();
    expect(await result).toEqual({ status: 'cancelled' });
    expect(await hasEnded(pid)).toBe(true);
  });

  it('starts nothing for a job that is cancelled already', async () => {
    expect(await run([step(['touch', 'x'])], AbortSignal.abort())).toEqual({ status: 'cancelled' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('stops a program whose output cannot be kept', async () => {
    const full = new Error('full');
    const watcher = {
      onStep: () => undefined,
      onOutput: () => {
        throw full;
      },
    };
    await expect(localRunner.run({ steps: [step(['yes'])], workspace: folder }, watcher)).rejects.toBe(full);
  });
});

describeIf([{ program: 'setsid' }], 'a process in a session of its own', () => {
  it('does not hold up the job, though it holds the pipes', async () => {
    const started = Date.now();
    expect(await run([step(['sh', '-c', 'setsid sleep 30 & echo $! > pid'])])).toEqual({ status: 'done' });
    expect(Date.now() - started).toBeLessThan(5_000);
    process.kill(await pidFrom('pid'), 'SIGKILL');
  });
});
