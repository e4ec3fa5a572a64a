import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { JobBench } from '../../testing/job-bench.js';
import { PRIVATE_ENGINE, PrivateEngine } from '../../testing/private-engine.js';
import { processesLeft } from '../../testing/processes.js';
import { tinyImage } from '../../testing/tiny-image.js';
import { runArguments } from './arguments.js';
import { dockerRunner } from './docker.js';
import { LABEL, thisOwner } from './owner.js';

const root = await temporaryFolder('engine-killed');
const IMAGE = 'tiny:1';
const settings = { image: IMAGE, memory: '64m', disk: '8m' };

describeIf([...PRIVATE_ENGINE, { program: 'ps' }, { program: 'dash' }], 'an engine of its own', () => {
  const engine = new PrivateEngine(join(root, 'engine'));
  const runner = dockerRunner(settings);
  const ours = (): string | undefined => engine.ask(['ps', '--all', '--quiet', '--filter', `label=${LABEL}`]);

  beforeAll(async () => {
    await engine.start();
    engine.ask(['import', tinyImage(join(root, 'image')), IMAGE]);
  }, 60_000);

  afterAll(() => engine.stop(), 60_000);

  /** Starts a container as a job does, for somebody else. */
  async function startFor(label: string, mark: string): Promise<string> {
    const { workspace } = await JobBench.below(root);
    const job = { workspace, steps: [] };
    const owner = { ...thisOwner(), label };
    return engine.ask(runArguments({ settings, job, owner, engine: 'docker', seconds: Number(mark) })) ?? '';
  }

  it('is asked to remove the containers whose owners died, and no others', async () => {
    const child = spawn('sleep', ['600']);
    const dead = `${hostname()}:${child.pid}:1`;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { label } = thisOwner();
    const reused = label.replace(/\d+$/, '1');
    const abandoned = [await startFor(dead, '55001'), await startFor(reused, '55002')];
    const kept = [await startFor(label, '55003'), await startFor('another-host:1:1', '55004')];
    expect([...abandoned, ...kept].every((id) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
    await runner.survey(engine.environment);
    const left = (ours() ?? '').split('\n').sort();
    expect(left).toEqual(kept.map((id) => id.slice(0, 12)).sort());
    expect(await processesLeft('sleep 55001')).toEqual([]);
    expect(await processesLeft('sleep 55002')).toEqual([]);
    for (const id of kept) engine.ask(['rm', '--force', '--volumes', id]);
    expect(engine.ask(['volume', 'ls', '--quiet'])).toBe('');
  });

  it('is killed in the middle of a job: a typed error, nothing half written, cleaned up at its next start', async () => {
    const bench = await JobBench.below(root);
    await runner.survey(engine.environment);
    const mark = `55005.${process.pid}`;
    let killed: Promise<void> | undefined;
    const script = 'echo half > half.so; echo up; exec sleep "$1"';
    const watcher = {
      onStep: () => undefined,
      onOutput: () => {
        // Output comes in pieces: an engine is killed by the first, and gone when the next is read.
        killed ??= engine.kill();
      },
    };
    const step = { ...bench.sh(script, mark), env: { PATH: '/bin' } };
    const job = { steps: [step], workspace: bench.workspace, results: [{ folder: bench.source }] };
    await expect(runner.run(job, watcher)).rejects.toMatchObject({
      code: 'engine-lost',
      hint: expect.any(String),
    });
    await killed;
    expect(await readdir(bench.workspace)).toEqual(['source']);
    expect(await readdir(bench.source)).toEqual([]);
    await expect(runner.survey(engine.environment)).rejects.toMatchObject({ code: 'engine-missing' });

    await engine.start();
    await runner.survey(engine.environment);
    // The engine removes what it lost by itself, a moment after it answers.
    for (let tries = 0; tries < 50 && ours() !== ''; tries += 1) await sleep(100);
    expect(ours()).toBe('');
    expect(await processesLeft(mark)).toEqual([]);
    const again = {
      steps: [{ ...bench.sh('echo again'), env: { PATH: '/bin' } }],
      workspace: bench.workspace,
    };
    expect(await runner.run(again, { onStep: () => undefined, onOutput: () => undefined })).toEqual({
      status: 'done',
    });
  }, 60_000);
});
