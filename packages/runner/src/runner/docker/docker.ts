import { constants, hostname } from 'node:os';
import { RunnerError } from '../../error.js';
import { Deadline } from '../deadline.js';
import { runGroup, type GroupEnd } from '../process-group.js';
import type { FailureReason, Job, JobResult, JobWatcher, Runner, Step, Surroundings } from '../runner.js';
import { execArguments, fillSteps, runArguments, type Owner } from './arguments.js';
import { Engine } from './engine.js';
import { bringHome } from './results.js';
import { checkSettings, type ContainerSettings } from './settings.js';
import { removeAbandoned } from './abandoned.js';

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
      await removeAbandoned(engine, signal);
      return surroundings(engine, settings.image, signal);
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
  const limit = job.timeLimit ?? LONGEST;
  const owner = ownerOf(process);
  const since = Date.now();
  // Not cancelled half-way: a container whose id nobody has read would be left behind.
  const answer = await engine.ask(runArguments(settings, job, owner, limit + SLACK));
  const container = answer.trim();
  try {
    return await runSteps({ engine, container, job, watcher, since });
  } finally {
    // With --rm its volumes go too. An engine that is gone has said so already; its container is found by its label.
    await engine.try(['rm', '--force', '--volumes', container]).catch(() => undefined);
  }
}

interface Run {
  readonly engine: Engine;
  readonly container: string;
  readonly job: Job;
  readonly watcher: JobWatcher;
  /** Milliseconds, when the container was asked for. */
  readonly since: number;
}

async function runSteps(run: Run): Promise<JobResult> {
  const { engine, container, job, watcher } = run;
  const deadline = new Deadline(job.timeLimit, watcher.signal);
  const cancelled = (): boolean => watcher.signal?.aborted === true;
  for (const [program = '', ...args] of fillSteps(job)) {
    if (cancelled()) return { status: 'cancelled' };
    await fill(engine, ['exec', container, program, ...args]);
  }
  for (const step of job.steps) {
    if (cancelled()) return { status: 'cancelled' };
    watcher.onStep(step);
    const end = await execute(run, step, deadline.signal);
    if (cancelled()) return { status: 'cancelled' };
    const failed = { status: 'failed', step: step.name, command: step.command, ...end.how } as const;
    if (deadline.passed) return { ...failed, reason: 'time-limit' };
    if (!('signal' in end.how) && end.how.exitCode === 0) continue;
    const reason = await reasonOf(run, end, step);
    return { ...failed, ...(reason === undefined ? {} : { reason }) };
  }
  for (const results of job.results ?? []) await bringHome(engine, container, results, watcher.signal);
  return { status: 'done' };
}

async function fill(engine: Engine, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await engine.try(args);
  if (exitCode === 0) return;
  if (/No space left on device/.test(stderr)) {
    const hint = 'give the container more room: tool.wheelwright.compile.disk';
    throw new RunnerError('no-space', `the sources don't fit into the container's volume`, { hint });
  }
  throw engine.refusal(args, stderr);
}

/** The last of what was written is kept: where a program can't be started, the engine's own words stand there. */
const KEPT = 4096;

async function execute(
  { engine, container, watcher }: Run,
  step: Step,
  signal: AbortSignal | undefined,
): Promise<{ how: { exitCode: number; signal?: string }; last: string }> {
  const { program, environment } = engine.options;
  const { args, env } = execArguments(container, step);
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
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return signal === undefined ? { exitCode } : { exitCode, signal };
}

/**
 * Why a step failed, as far as the engine knows.
 *
 * @throws {@link RunnerError} `engine-lost` where engine or container went away under it, `tool-missing` where the
 *   program isn't in the image
 */
async function reasonOf(
  run: Run,
  { how, last }: { how: { exitCode: number }; last: string },
  step: Step,
): Promise<FailureReason | undefined> {
  const { engine, container, since } = run;
  if ((how.exitCode === 126 || how.exitCode === 127) && /OCI runtime exec failed/i.test(last)) {
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
  const [from, to] = [Math.floor(since / 1000) - 1, Math.ceil(Date.now() / 1000)];
  const events = await engine.ask([
    ...['events', '--since', String(from), '--until', String(to), '--filter', `container=${container}`],
    ...['--filter', 'event=oom', '--format', '{{.Action}}'],
  ]);
  return events.trim() === '' ? undefined : 'out-of-memory';
}

function ownerOf({ pid, getuid, getgid }: NodeJS.Process): Owner {
  return { label: `${hostname()}:${pid}`, uid: getuid?.() ?? 0, gid: getgid?.() ?? 0 };
}
