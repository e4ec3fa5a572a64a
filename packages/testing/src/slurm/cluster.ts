import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../free-port.js';
import { execa } from 'execa';
import { missing, type Requirement } from '../requirement.js';
import { accountingConfiguration, cgroupConfiguration, slurmConfiguration } from './configuration.js';
import { MemoryCgroup, slurmMemoryRequirement } from './memory-cgroup.js';

/** What a group of tests needs that submits jobs. */
export const slurmRequirements: readonly Requirement[] = [
  { program: 'sbatch' },
  daemon('slurmctld'),
  daemon('slurmd'),
  daemon('munged'),
];

/** What it needs besides where the cluster has accounting. */
export const slurmAccountingRequirements: readonly Requirement[] = [
  daemon('slurmdbd'),
  daemon('mariadbd'),
  { program: 'mariadb' },
  { program: 'sacct' },
];

/** Debian keeps daemons in a folder that isn't on every user's PATH. */
function daemon(name: string): Requirement {
  const met = missing({ program: name }) === undefined || existsSync(`/usr/sbin/${name}`);
  return { met, reason: `there is no ${name}: run tools/services/install` };
}

/** A Slurm of two nodes, `n1` and `n2`, on this machine. */
export interface SlurmCluster {
  /** What its clients have to be told. */
  readonly environment: { readonly SLURM_CONF: string };
  /** Asks one of its clients. */
  ask(program: string, args: readonly string[]): Promise<string>;
  /** Has a node die with all that runs on it, and the controller know of it. */
  killNode(name: string): Promise<void>;
  /** Brings a node (back) to life. */
  startNode(name: string): Promise<void>;
  stopController(): Promise<void>;
  startController(): Promise<void>;
  /** Has the controller begin anew, without any job; accounting still has them. */
  forgetJobs(): Promise<void>;
  /** Ends it with all that runs on it. */
  stop(): Promise<void>;
}

const NODES = ['n1', 'n2'];

/** What a cluster may have besides its nodes. */
export interface SlurmOptions {
  /** Whether it keeps accounts: a slurmdbd over a database of its own. */
  readonly accounting?: boolean;
}

/**
 * Starts a cluster in a folder of its own, on free ports of loopback. `stop` ends its daemons and its jobs, and
 * removes the folder. Where this user may, the kernel holds jobs to their memory.
 */
export async function startSlurm({ accounting = false }: SlurmOptions = {}): Promise<SlurmCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelwright-slurm-'));
  await mkdir(join(folder, 'state'));
  for (const name of NODES) await mkdir(join(folder, `spool-${name}`));
  await writeFile(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 });
  const cgroup = slurmMemoryRequirement.met ? new MemoryCgroup(folder) : undefined;
  if (cgroup !== undefined) {
    await writeFile(join(folder, 'cgroup.conf'), cgroupConfiguration(cgroup.mountPoint));
  }
  const [host = ''] = hostname().split('.');
  const place = { folder, host, user: userInfo().username };
  const nodes = [];
  for (const name of NODES) nodes.push({ name, port: await freePort() });
  const conf = join(folder, 'slurm.conf');
  const accountingPort = accounting ? await freePort() : undefined;
  const more = { controllerPort: await freePort(), nodes, cgroup: cgroup !== undefined, accountingPort };
  await writeFile(conf, slurmConfiguration({ ...place, ...more }));
  const cluster = new Cluster(folder, conf, cgroup);
  await cluster.startMunge();
  if (accountingPort !== undefined) await cluster.startAccounting({ ...place, port: accountingPort });
  await cluster.startController();
  for (const name of NODES) await cluster.startNode(name);
  return cluster;
}

class Cluster implements SlurmCluster {
  readonly environment: { readonly SLURM_CONF: string };
  readonly #folder: string;
  readonly #cgroup: MemoryCgroup | undefined;
  readonly #daemons = new Map<string, ChildProcess>();

  constructor(folder: string, conf: string, cgroup: MemoryCgroup | undefined) {
    this.#folder = folder;
    this.environment = { SLURM_CONF: conf };
    this.#cgroup = cgroup;
  }

  async ask(program: string, args: readonly string[]): Promise<string> {
    const { stdout } = await execa(program, args, { env: this.environment, timeout: 20_000 });
    return stdout;
  }

  async startMunge(): Promise<void> {
    const file = (name: string): string => join(this.#folder, `munge.${name}`);
    this.#start('munge', 'munged', [
      ...['--foreground', '--force', '--key-file', file('key'), '--socket', file('sock')],
      ...['--pid-file', file('pid'), '--log-file', file('log'), '--seed-file', file('seed')],
    ]);
    await until('munged', () => Promise.resolve(existsSync(file('sock'))));
  }

  /** A database without users, tables or names of its own, which nothing but its slurmdbd asks, and that one. */
  async startAccounting(plan: { folder: string; host: string; user: string; port: number }): Promise<void> {
    const data = join(this.#folder, 'database');
    await mkdir(data);
    const [databasePort, socket] = [await freePort(), join(this.#folder, 'database.sock')];
    this.#start('database', 'mariadbd', [
      ...['--no-defaults', '--skip-grant-tables', `--datadir=${data}`, `--socket=${socket}`],
      ...['--bind-address=127.0.0.1', `--port=${databasePort}`, `--user=${plan.user}`],
      ...['--innodb-buffer-pool-size=32M', '--innodb-log-file-size=8M', '--innodb-flush-method=nosync'],
    ]);
    const create = ['--no-defaults', `--socket=${socket}`, '--execute=create database slurm'];
    await until('mariadbd', async () => (await execa('mariadb', create)).exitCode === 0);
    const conf = join(this.#folder, 'slurmdbd.conf');
    await writeFile(conf, accountingConfiguration({ ...plan, databasePort }));
    // It refuses a file that others may read.
    await chmod(conf, 0o600);
    this.#start('accounting', 'slurmdbd', ['-D']);
    await until('slurmdbd', async () => (await this.ask('sacctmgr', ['-n', 'show', 'stats'])) !== '');
  }

  async startController(): Promise<void> {
    this.#start('controller', 'slurmctld', ['-D', '-f', this.environment.SLURM_CONF]);
    await until('slurmctld', async () => /UP/.test(await this.ask('scontrol', ['ping'])));
  }

  async stopController(): Promise<void> {
    await this.#end('controller', 'SIGTERM');
  }

  async forgetJobs(): Promise<void> {
    await this.stopController();
    await rm(join(this.#folder, 'state'), { recursive: true });
    await mkdir(join(this.#folder, 'state'));
    await this.startController();
  }

  async startNode(name: string): Promise<void> {
    this.#start(name, 'slurmd', ['-D', '-f', this.environment.SLURM_CONF, '-N', name]);
    await until(`slurmd ${name}`, async () => {
      const state = await this.ask('sinfo', ['-h', '-N', '-n', name, '-o', '%T']);
      if (/down/.test(state)) await this.ask('scontrol', ['update', `nodename=${name}`, 'state=resume']);
      return /^(idle|mixed|allocated)$/.test(state.trim());
    });
  }

  async killNode(name: string): Promise<void> {
    await this.#end(name, 'SIGKILL');
    for (const pid of await this.#jobsOf(name)) await killTree(pid);
    await this.ask('scontrol', ['update', `nodename=${name}`, 'state=down', 'reason=killed by a test']);
  }

  async stop(): Promise<void> {
    for (const name of [...NODES, 'controller', 'accounting', 'database', 'munge'])
      await this.#end(name, 'SIGTERM');
    for (const name of NODES) for (const pid of await this.#jobsOf(name)) await killTree(pid);
    await this.#cgroup?.remove();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /**
   * What a node runs: batch scripts, which lie in its spool folder, and the processes that slurmd left with them.
   * Those work in slurmd's own folder, and wait for a controller for ever.
   */
  async #jobsOf(name: string): Promise<number[]> {
    const spool = join(this.#folder, `spool-${name}`);
    const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 1);
    const found = await Promise.all(
      pids.map(async (pid) => {
        const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
        const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        return cwd === spool || command.includes(join(spool, 'job')) ? [pid] : [];
      }),
    );
    return found.flat();
  }

  #start(name: string, program: string, args: readonly string[]): void {
    const env = { ...process.env, ...this.environment, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
    const spool = join(this.#folder, `spool-${name}`);
    const cwd = existsSync(spool) ? spool : this.#folder;
    this.#daemons.set(name, spawn(program, args, { env, cwd, stdio: 'ignore' }));
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#daemons.get(name);
    this.#daemons.delete(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(killer);
  }
}

/** Kills a process and all that it started. */
async function killTree(pid: number): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  for (const child of children.split(' ').map(Number)) if (child > 1) await killTree(child);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`${what} doesn't come up`);
    await delay(100);
  }
}
