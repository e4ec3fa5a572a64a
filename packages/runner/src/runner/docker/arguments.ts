import type { Job, Step } from '../runner.js';
import { DEFAULT_LIMITS, type ContainerSettings } from './settings.js';

/** Where the host's copy of a folder is seen, unchangeable, next to the copy that the build works on. */
export const ORIGINALS = '/wheelwright';

/** Every container of ours has it; its value says whose it is: `HOST:PID`. */
export const LABEL = 'wheelwright.owner';

/** Who asks for a container. */
export interface Owner {
  readonly label: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The arguments that start a job's container: a sleeper, in which the steps run one after the other. It ends by
 * itself when the time is over, also when nobody is left to end it.
 */
export function runArguments(settings: ContainerSettings, job: Job, owner: Owner, seconds: number): string[] {
  const { memory = DEFAULT_LIMITS.memory, disk = DEFAULT_LIMITS.disk, pids = DEFAULT_LIMITS.pids } = settings;
  const { workspace, scratch = [], readOnly = [] } = job;
  const user = `${owner.uid}:${owner.gid}`;
  const volume = `o=size=${disk},mode=0755,uid=${owner.uid},gid=${owner.gid}`;
  return [
    ...['run', '--detach', '--rm', '--init', '--pull=never', '--label', `${LABEL}=${owner.label}`],
    ...['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--user', user],
    ...(settings.network === true ? [] : ['--network=none']),
    ...['--memory', memory, '--memory-swap', memory, '--pids-limit', String(pids)],
    ...(settings.cpus === undefined ? [] : ['--cpus', String(settings.cpus)]),
    ...['--tmpfs', '/tmp:rw,nosuid,nodev,exec,size=64m,mode=1777'],
    ...[workspace, ...scratch].flatMap((folder, index) => [
      ...mount('type=bind', `source=${folder}`, `target=${ORIGINALS}/${index}`, 'readonly'),
      ...mount(
        ...['type=volume', `target=${folder}`, 'volume-driver=local', 'volume-opt=type=tmpfs'],
        ...['volume-opt=device=tmpfs', `volume-opt=${volume}`],
      ),
    ]),
    ...readOnly.flatMap((folder) => mount('type=bind', `source=${folder}`, `target=${folder}`, 'readonly')),
    ...['--workdir', '/', '--entrypoint', 'sleep', settings.image, String(Math.ceil(seconds))],
  ];
}

/** `--mount` takes a line of CSV: a path with a comma or a quote in it is one field all the same. */
function mount(...fields: readonly string[]): string[] {
  const quoted = fields.map((field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return ['--mount', quoted.join(',')];
}

/** The commands that fill a container's writable folders from the host's, before the first step. */
export function fillSteps({ workspace, scratch = [] }: Job): string[][] {
  return [workspace, ...scratch].map((folder, index) => ['cp', '-a', `${ORIGINALS}/${index}/.`, folder]);
}

/** Variables that the client reads itself: what the build gets under these names is said in the arguments. */
const CLIENTS_OWN =
  /^(PATH|HOME|LANG|TERM|TMPDIR|DOCKER_.*|CONTAINER.*|XDG_.*|.*_proxy|.*_PROXY|SSL_CERT_.*)$/;

/**
 * The arguments that run a step, and the variables that the client is given for it. A value stands in the
 * client's environment, not among its arguments, where every user of the host could read it.
 */
export function execArguments(
  container: string,
  step: Step,
): { readonly args: string[]; readonly env: Record<string, string> } {
  const entries = Object.entries(step.env);
  const named = entries.flatMap(([name, value]) => [
    '--env',
    CLIENTS_OWN.test(name) ? `${name}=${value}` : name,
  ]);
  const hidden = entries.filter(([name]) => !CLIENTS_OWN.test(name));
  return {
    // Behind the container's name nothing is an option of the engine any more.
    args: ['exec', ...named, '--workdir', step.folder, container, ...step.command],
    env: Object.fromEntries(hidden),
  };
}
