import type { Job, Step } from '../runner.js';
import type { EngineKind } from './engine.js';
import type { Owner } from './owner.js';
import { LABEL } from './owner.js';
import { limitsOf, type ContainerSettings } from './settings.js';

/** Where the host's copy of a folder is seen, unchangeable, next to the copy that the build works on. */
export const ORIGINALS = '/wheelwright';

/** Everything that a container's arguments depend on. */
export interface ContainerRequest {
  readonly settings: ContainerSettings;
  readonly job: Job;
  readonly owner: Owner;
  readonly engine: EngineKind;
  /** How long it lives at most. */
  readonly seconds: number;
}

/**
 * The arguments that start a job's container: a sleeper, in which the steps run one after the other. It ends by
 * itself when the time is over, also when nobody is left to end it.
 */
export function runArguments({ settings, job, owner, engine, seconds }: ContainerRequest): string[] {
  const { memory, disk, pids } = limitsOf(settings);
  const { readOnly = [] } = job;
  return [
    ...['run', '--detach', '--rm', '--init', '--pull=never', '--label', `${LABEL}=${owner.label}`],
    // Nobody waits for a container that is removed; podman would.
    ...['--stop-timeout=0', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'],
    ...['--user', `${owner.uid}:${owner.gid}`],
    ...(settings.network === true ? [] : ['--network=none']),
    ...['--memory', memory, '--memory-swap', memory, '--pids-limit', String(pids)],
    ...(settings.cpus === undefined ? [] : ['--cpus', String(settings.cpus)]),
    ...['--tmpfs', '/tmp:rw,nosuid,nodev,exec,size=64m,mode=1777'],
    ...writableFolders(job).flatMap((folder, index) => [
      ...mount('type=bind', `source=${folder}`, `target=${ORIGINALS}/${index}`, 'readonly'),
      ...volume(folder, disk, owner, engine),
    ]),
    ...readOnly.flatMap((folder) => mount('type=bind', `source=${folder}`, `target=${folder}`, 'readonly')),
    ...['--workdir', '/', '--entrypoint', 'sleep', settings.image, String(Math.ceil(seconds))],
  ];
}

/** A file system in memory, of a size of its own. Docker's own tmpfs mounts can't be copied from; podman's can. */
function volume(folder: string, disk: string, { uid, gid }: Owner, engine: EngineKind): string[] {
  if (engine === 'podman') {
    return mount('type=tmpfs', `target=${folder}`, `tmpfs-size=${disk}`, 'tmpfs-mode=1777');
  }
  return mount(
    ...['type=volume', `target=${folder}`, 'volume-driver=local', 'volume-opt=type=tmpfs'],
    ...['volume-opt=device=tmpfs', `volume-opt=o=size=${disk},mode=0755,uid=${uid},gid=${gid}`],
  );
}

/** `--mount` takes a line of CSV: a path with a comma or a quote in it is one field all the same. */
function mount(...fields: readonly string[]): string[] {
  const quoted = fields.map((field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return ['--mount', quoted.join(',')];
}

/** The folders that a job may write to. */
export function writableFolders({ workspace, scratch = [] }: Job): string[] {
  return [workspace, ...scratch];
}

/** Copies each of its pairs of arguments. The words are arguments; the shell reads nothing else than this text. */
const COPY = 'while [ $# -gt 1 ]; do cp -a "$1/." "$2" || exit; shift 2; done';

/** The command that fills a container's writable folders from the host's, before the first step. */
export function fillCommand(job: Job): string[] {
  const pairs = writableFolders(job).flatMap((folder, index) => [`${ORIGINALS}/${index}`, folder]);
  return ['sh', '-c', COPY, 'sh', ...pairs];
}

/** Variables that the client of an engine reads itself: it mustn't get a build's. */
const CLIENTS_OWN =
  /^(PATH|HOME|LANG|TERM|TMPDIR|TZ|DOCKER_.*|BUILDKIT_.*|CONTAINER.*|XDG_.*|LD_.*|GO[A-Z]+|.*_proxy|.*_PROXY|SSL_CERT_.*)$/;

/** How a step's variables reach it. A value is never an argument: those can be read by every user of the host. */
export interface StepVariables {
  /** Variables of the client, which hands them over by their names. */
  readonly byName: Readonly<Record<string, string>>;
  /** The text of a file of variables, for names that the client would take to be its own; `''` without any. */
  readonly file: string;
}

/** @returns how each variable goes, or the name of one that can't: what the client reads itself, with a newline */
export function stepVariables(env: Step['env']): StepVariables | { readonly impossible: string } {
  const entries = Object.entries(env);
  const own = entries.filter(([name]) => CLIENTS_OWN.test(name));
  const broken = own.find(([, value]) => /[\n\r]/.test(value));
  if (broken !== undefined) return { impossible: broken[0] };
  return {
    byName: Object.fromEntries(entries.filter(([name]) => !CLIENTS_OWN.test(name))),
    file: own.map(([name, value]) => `${name}=${value}\n`).join(''),
  };
}

/**
 * The arguments that run a step.
 *
 * @param file - where the file of variables lies, if there is one
 */
export function execArguments(
  container: string,
  step: Step,
  { byName }: StepVariables,
  file: string | undefined,
): string[] {
  const named = Object.keys(byName).flatMap((name) => ['--env', name]);
  const listed = file === undefined ? [] : ['--env-file', file];
  // Behind the container's name nothing is an option of the engine any more.
  return ['exec', ...listed, ...named, '--workdir', step.folder, container, ...step.command];
}
