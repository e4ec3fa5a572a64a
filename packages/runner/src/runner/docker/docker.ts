import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunnerError } from '../../error.js';
import { Deadline } from '../deadline.js';
import { runGroup, type GroupEnd } from '../process-group.js';
import type { FailureReason, Job, JobResult, JobWatcher, Runner, Step, Surroundings } from '../runner.js';
import { signalOfExitCode } from '../shell-exit.js';
import { removeAbandoned } from './abandoned.js';
import { execArguments, fillCommand, runArguments, stepVariables } from './arguments.js';
import { Engine } from './engine.js';
import { thisOwner } from './owner.js';
import { bringHome } from './results.js';
import { checkSettings, limitsOf, sizeInBytes, type ContainerSettings } from './settings.js';

/** How long a container may live whose job has no time limit of its own: a day. */
const LONGEST = 24 * 60 * 60;
/** A container outlives its job's limit by this much: who watches it ends it, and says so. */
const SLACK = 60;
/** Where an image says nothing; the engine's own default. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs jobs in containers of an engine with Docker's command line. A container sees the image, unchangeable, and
 * the folders of its job: those that it writes to as copies in volumes of their own, the others unchangeable. It
 * has no network, no capabilities, the caller's uid, and limits on memory, disk and processes.
 *
 * The folders of a job are mounted under the paths that they have here, so the engine has to run on this host.
 *
 * @param program - `docker`, `podman` ...
 * @throws {@link RunnerError} `bad-request` for settings that aren't what they should be
 */
export function dockerRunner(settings: ContainerSettings, program = 'docker'): Runner {
  checkSettings(settings);
  let caller: Surroundings['environment'] = process.env;
  return {
    name: 'docker',
    async survey(environment, signal) {
      caller = environment;
      const engine = new Engine({ program, environment });
      const [, found] = await Promise.all([
        removeAbandoned(engine, signal),
        surroundings(engine, settings.image, signal),
      ]);
      return found;
    },
    run: (job, watcher) => runJob(new Engine({ program, environment: caller }), settings, job, watcher),
  };
}

/** The image as the engine knows it. */
async function surroundings(
  engine: Engine,
  image: string,
  signal: AbortSignal | undefined,
): Promise<Surroundings> {
  const answer = await engine.ask(['image', 'inspect', '--format', '{{json .}}', image], signal);
  const { Id, RepoDigests, Config } = JSON.parse(answer) as {
    Id: string;
    RepoDigests?: string[] | null;
    Config?: { Env?: string[] | null } | null;
  };
  const path = (Config?.Env ?? []).find((entry) => entry.startsWith('PATH='));
  // A registry's digest is known elsewhere too; an image that was never pushed has only its id.
  const digest = RepoDigests?.[0]?.split('@')[1] ?? Id;
  return {
    environment: { PATH: path?.slice('PATH='.length) ?? DEFAULT_PATH },
    isolated: true,
    image: { name: image, digest },
  };
}

async function runJob(
  engine: Engine,
  settings: ContainerSettings,
  job: Job,
  watcher: JobWatcher,
): Promise<JobResult> {
  if (watcher.signal?.aborted === true) return { status: 'cancelled' };
  const seconds = (job.timeLimit ?? LONGEST) + SLACK;
  // Not cancelled half-way: a container whose id nobody has read would be left behind.
  const container = (
    await engine.ask(runArguments({ settings, job, owner: thisOwner(), engine: engine.kind, seconds }))
  ).trim();
  try {
    return await runSteps({ engine, settings, container, job, watcher });
  } catch (error) {
    if (isCancelled(watcher)) return { status: 'cancelled' };
    throw error;
  } finally {
    // With --rm its volumes go too. An engine that is gone has said so already; its container is found by its label.
    await engine.try(['rm', '--force', '--volumes', container]).catch(() => undefined);
  }
}

function isCancelled({ signal }: JobWatcher): boolean {
  return signal?.aborted === true;
}

interface Run {
  readonly engine: Engine;
  readonly settings: ContainerSettings;
  readonly container: string;
  readonly job: Job;
  readonly watcher: JobWatcher;
}

async function runSteps(run: Run): Promise<JobResult> {
  const { engine, container, job, watcher } = run;
  const deadline = new Deadline(job.timeLimit, watcher.signal);
  await fill(engine, ['exec', container, ...fillCommand(job)], watcher.signal);
  for (const step of job.steps) {
    if (isCancelled(watcher)) return { status: 'cancelled' };
    watcher.onStep(step);
    const end = await execute(run, step, deadline.signal);
    if (isCancelled(watcher)) return { status: 'cancelled' };
    const failed = { status: 'failed', step: step.name, command: step.command, ...end.how } as const;
    if (deadline.passed) return { ...failed, reason: 'time-limit' };
    if (!('signal' in end.how) && end.how.exitCode === 0) continue;
    const reason = await reasonOf(run, end, step);
    return { ...failed, ...(reason === undefined ? {} : { reason }) };
  }
  const limit = sizeInBytes(limitsOf(run.settings).disk);
  for (const results of job.results ?? []) {
    await bringHome({ engine, container, limit, signal: watcher.signal }, results);
  }
  return { status: 'done' };
}

async function fill(engine: Engine, args: readonly string[], signal?: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await engine.try(args, signal);
  if (exitCode === 0) return;
  if (/No space left on device/.test(stderr)) {
    const hint = 'give the container more room: tool.wheelwright.compile.disk';
    throw new RunnerError('no-space', `the sources don't fit into the container's volume`, { hint });
  }
  throw engine.refusal(args, stderr);
}

/** The last of what was written is kept: where a program can't be started, the engine's own words stand there. */
const KEPT = 4096;

interface StepEnd {
  readonly how: { readonly exitCode: number; readonly signal?: string };
  readonly last: string;
}

/** Runs a step. The file of its variables lies in the workspace, for its user alone, while it runs. */
async function execute(run: Run, step: Step, signal: AbortSignal | undefined): Promise<StepEnd> {
  const variables = stepVariables(step.env);
  if ('impossible' in variables) {
    const message = `${step.name}: the value of ${variables.impossible} holds the end of a line`;
    throw new RunnerError('bad-request', message, { hint: 'an engine takes this variable as one line only' });
  }
  const file = variables.file === '' ? undefined : join(run.job.workspace, `.variables-${randomUUID()}`);
  try {
    if (file !== undefined) await writeFile(file, variables.file, { mode: 0o600, flag: 'wx' });
    return await executeWith(run, execArguments(run.container, step, variables, file), {
      env: variables.byName,
      signal,
    });
  } finally {
    if (file !== undefined) await rm(file, { force: true });
  }
}

async function executeWith(
  { engine, watcher }: Run,
  args: readonly string[],
  {
    env,
    signal,
  }: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal | undefined },
): Promise<StepEnd> {
  const { program, environment } = engine.options;
  let last = '';
  const end: GroupEnd = await runGroup({
    program,
    args,
    folder: '/',
    // The build's own win: what the client reads itself is not among them.
    env: { ...environment, ...env },
    signal,
    onOutput: (chunk) => {
      last = (last + chunk.subarray(-KEPT).toString('latin1')).slice(-KEPT);
      watcher.onOutput(chunk);
    },
  });
  if ('missing' in end) throw new RunnerError('tool-missing', `${program} can't be started: ${end.message}`);
  return { how: 'signal' in end ? { exitCode: 128, signal: end.signal } : described(end.exitCode), last };
}

/** A container's exit codes above 128 stand for the signal that ended the program. */
function described(exitCode: number): { exitCode: number; signal?: string } {
  const signal = signalOfExitCode(exitCode);
  return signal === undefined ? { exitCode } : { exitCode, signal };
}

/** What engines say about a program that can't be started. */
const NOT_STARTED = /OCI runtime exec failed|OCI runtime attempted to invoke a command|OCI permission denied/;

/**
 * Why a step failed, as far as the engine knows.
 *
 * @throws {@link RunnerError} `engine-lost` where engine or container went away under it, `tool-missing` where the
 *   program isn't in the image
 */
async function reasonOf(run: Run, { how, last }: StepEnd, step: Step): Promise<FailureReason | undefined> {
  const { engine, container } = run;
  if ((how.exitCode === 126 || how.exitCode === 127) && NOT_STARTED.test(last)) {
    const [program] = step.command;
    const message = `the program '${program}' can't be started in the container: ${last.trim()}`;
    throw new RunnerError('tool-missing', message, { hint: 'choose an image that has it' });
  }
  const inspected = await engine
    .try(['inspect', '--format', '{{.State.Running}}', container])
    .catch((error: unknown) => ({ exitCode: 1, stdout: '', stderr: String(error) }));
  if (inspected.stdout.trim() !== 'true') {
    throw new RunnerError('engine-lost', `the container was gone while '${step.name}' ran in it`, {
      hint: `was the engine stopped, or the container removed? ${inspected.stderr.trim()}`,
    });
  }
  return (await hasRunOutOfMemory(engine, container)) ? 'out-of-memory' : undefined;
}

/** Where cgroups count the processes that they killed: version 2, and version 1. */
const OOM_COUNTERS = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'];
const READ_COUNTERS =
  'for file do while read -r key value; do [ "$key" = oom_kill ] && echo "$value"; done <"$file"; done 2>/dev/null';

/** Asked of the container's own cgroup: not every engine has an event for it. */
async function hasRunOutOfMemory(engine: Engine, container: string): Promise<boolean> {
  const { stdout } = await engine.try(['exec', container, 'sh', '-c', READ_COUNTERS, 'sh', ...OOM_COUNTERS]);
  return stdout.split('\n').some((count) => Number(count) > 0);
}
