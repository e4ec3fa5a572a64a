import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { JobBench } from '../../testing/job-bench.js';
import { processesLeft } from '../../testing/processes.js';
import { tinyImage } from '../../testing/tiny-image.js';
import { dockerRunner } from './docker.js';

const root = await temporaryFolder('podman');
const IMAGE = 'localhost/tiny:1';
const needs = [
  ...[{ program: 'podman' }, { program: 'dash' }, { program: 'ps' }],
  { met: process.getuid?.() === 0, reason: 'podman is tried as root' },
];

/** Raising a process's own limits isn't allowed everywhere; podman would try to. */
const CONFIGURATION = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

describeIf(needs, 'the runner docker, by podman', () => {
  const program = join(root, 'podman');
  const runner = dockerRunner({ image: IMAGE, memory: '64m', disk: '8m', pids: 32 }, program);
  const podman = (...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' }).trim();
  let bench: JobBench;

  beforeAll(async () => {
    const configuration = join(root, 'containers.conf');
    await writeFile(configuration, CONFIGURATION);
    const places = `--root ${join(root, 'store')} --runroot ${join(root, 'run')} --storage-driver vfs`;
    const script = `#!/bin/sh\nCONTAINERS_CONF=${configuration} exec podman ${places} "$@"\n`;
    await writeFile(program, script, { mode: 0o755 });
    podman('import', tinyImage(join(root, 'image')), IMAGE);
  }, 60_000);

  afterAll(() => {
    podman('rm', '--all', '--force');
  });

  beforeEach(async () => {
    bench = await JobBench.below(root);
  });

  const sh = (script: string, ...args: string[]) => ({ ...bench.sh(script, ...args) });

  it('runs a job, with values that no argument holds, and brings its files home', async () => {
    await writeFile(join(bench.source, 'a'), 'one');
    const step = {
      ...sh('read -r x <a; echo "$x $WORD $HTTPS_PROXY" >b'),
      env: { WORD: '--rm', HTTPS_PROXY: 'p' },
    };
    expect(await bench.run(runner, [step])).toEqual({ status: 'done' });
    expect(await readFile(join(bench.source, 'b'), 'utf8')).toBe('one --rm p\n');
  });

  it('tells exit codes, signals and missing programs', async () => {
    expect(await bench.run(runner, [sh('exit 7')])).toMatchObject({ status: 'failed', exitCode: 7 });
    expect(await bench.run(runner, [sh('kill -KILL $$')])).toMatchObject({ signal: 'SIGKILL' });
    const missing = bench.run(runner, [bench.step(['no-such-program'])]);
    await expect(missing).rejects.toMatchObject({ code: 'tool-missing' });
  });

  it('ends what takes too long, and leaves nothing', async () => {
    const mark = `56001.${process.pid}`;
    const result = await bench.run(runner, [sh('sleep "$1"', mark)], { timeLimit: 1 });
    expect(result).toMatchObject({ reason: 'time-limit' });
    expect(await processesLeft(mark)).toEqual([]);
    expect(podman('ps', '--all', '--quiet')).toBe('');
  });

  it('fills its own volume only', async () => {
    const fill = 'i=0; while cp /bin/dash "big$i"; do i=$((i+1)); done; exit 1';
    expect(await bench.run(runner, [sh(fill)])).toMatchObject({ status: 'failed' });
    expect(bench.tail).toContain('No space left on device');
  });

  it('names an image that is not there', async () => {
    const survey = dockerRunner({ image: 'localhost/none:1' }, program).survey(process.env);
    await expect(survey).rejects.toMatchObject({ code: 'image-missing' });
  });
});
