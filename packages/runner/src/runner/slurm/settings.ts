import { isAbsolute } from 'node:path';
import { RunnerError } from '../../error.js';

/** What a job asks of a cluster, and the folder that it shares with this host. */
export interface SlurmSettings {
  /** An absolute folder that this host and all nodes see under the same path. Workspaces lie below it. */
  readonly shared: string;
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  /** A feature of the nodes, as `--constraint` takes it: `x86_64`, `avx2&ssd`. */
  readonly constraint?: string;
  /** For each job, as Slurm writes it: `512M`, `8G`. */
  readonly memory?: string;
  /** For each job; 1 if absent. */
  readonly cpus?: number;
  /** Seconds that the controller may be out of reach while jobs run; 120 if absent. */
  readonly patience?: number;
}

const WORD = /^[A-Za-z0-9][A-Za-z0-9._,-]{0,127}$/;
const CONSTRAINT = /^[A-Za-z0-9[(][A-Za-z0-9._,&|*()[\]-]{0,255}$/;
const SIZE = /^[1-9]\d{0,11}[KMGT]?$/;

/**
 * Every problem of a cluster's settings: none of them may be anything but the value that it is.
 *
 * @throws {@link RunnerError} `bad-request`
 */
export function checkSlurmSettings(settings: SlurmSettings): void {
  const { shared, constraint, memory, cpus } = settings;
  const words = (['partition', 'account', 'qos'] as const).flatMap((key) => {
    const value = settings[key];
    return value === undefined || WORD.test(value) ? [] : [`${key} '${value}' is no name`];
  });
  const problems = [
    ...(isAbsolute(shared) ? [] : [`shared is '${shared}', no absolute folder`]),
    ...words,
    ...(constraint === undefined || CONSTRAINT.test(constraint)
      ? []
      : [`constraint '${constraint}' is none`]),
    ...(memory === undefined || SIZE.test(memory)
      ? []
      : [`memory is '${memory}', not a size such as 512M or 8G`]),
    ...(cpus === undefined || (Number.isInteger(cpus) && cpus > 0) ? [] : [`cpus is ${cpus}, not a count`]),
  ];
  if (problems.length > 0) throw new RunnerError('bad-request', `slurm: ${problems.join('; ')}`);
}
