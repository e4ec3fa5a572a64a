import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, missing, repositoryRoot, type Requirement } from '@wheelwright/testing';
import { engineWith, IMAGE } from '../engine.js';
import { tinyImage } from '../tiny-image.js';
import {
  CNI,
  containerdConfiguration,
  kubeconfig,
  kubeletConfiguration,
  partArguments,
  TOKEN,
  type ClusterPorts,
} from './configuration.js';

/** tools/kubernetes builds them there. */
const PROGRAMS = join(
  process.env['WHEELWRIGHT_SERVICES'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wheelwright/services'),
  'kubernetes-1.30.14',
);
const CLUSTER = join(PROGRAMS, 'cluster');
const PAUSE_IMAGE = 'wheelwright-test:pause';
/** What fetches and stores in the tests: this host's programs, and nothing else. */
export const TRANSFER_IMAGE = 'wheelwright-test:transfer';
const TRANSFER_PROGRAMS = [
  ...['dash', 'tar', 'gzip', 'cat', 'mkdir', 'rm', 'df'],
  ...['/usr/bin/curl', '/usr/bin/sha256sum', '/usr/bin/wc'],
];

/** What it takes to start a cluster. */
export const CLUSTER_REQUIREMENTS: readonly Requirement[] = [
  { met: process.getuid?.() === 0, reason: 'only root starts a kubelet' },
  {
    met: existsSync(CLUSTER),
    reason: 'no Kubernetes: npx nx run kubernetes:install builds it in some 13 minutes',
  },
  ...['etcd', 'containerd', 'ctr', 'conntrack', 'curl'].map((program) => ({ program })),
  engineWith(IMAGE),
];

/** A real Kubernetes of one node on loopback, with a containerd of its own. */
export interface TestCluster {
  /** The path of its kubeconfig. */
  readonly kubeconfig: string;
  kubectl(...args: string[]): string;
  /** Ends or continues one of its parts. */
  signal(part: string, signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Starts a cluster, in some 15 seconds; with the images that are to be imported first, a minute.
 *
 * @throws Error with the end of the log of what doesn't start
 */
export async function startCluster(): Promise<TestCluster> {
  const lacking = CLUSTER_REQUIREMENTS.map(missing).filter((reason) => reason !== undefined);
  if (lacking.length > 0) throw new Error(lacking.join('; '));
  // Sockets have short paths; images are kept from one time to the next.
  const run = join(tmpdir(), `wheelwright-kubernetes-${process.pid}`);
  const containerd = join(run, 'containerd');
  for (const name of [containerd, join(containerd, 'cni'), join(run, 'log')])
    mkdirSync(name, { recursive: true });
  const cluster = new Parts(run);
  try {
    writeFileSync(
      join(containerd, 'config.toml'),
      containerdConfiguration(containerd, `docker.io/library/${PAUSE_IMAGE}`),
    );
    writeFileSync(join(containerd, 'cni/10-none.conflist'), CNI);
    cluster.start('containerd', 'containerd', ['--config', join(containerd, 'config.toml')]);
    const [etcd, peer, api, controllers, scheduler, kubelet, health] = await Promise.all(
      Array.from({ length: 7 }, () => freePort()),
    );
    const ports = { etcd, peer, api, controllers, scheduler, kubelet, health } as ClusterPorts;
    writeFileSync(join(run, 'kubeconfig'), kubeconfig(ports));
    writeFileSync(join(run, 'tokens.csv'), `${TOKEN},admin,admin,system:masters\n`);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(run, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    writeFileSync(join(run, 'kubelet.json'), kubeletConfiguration(ports, join(containerd, 'c.sock')));
    const all = Object.entries(partArguments(ports, run));
    const start = ([name, args]: (typeof all)[number]): void => {
      if (name === 'etcd') cluster.start(name, 'etcd', args);
      else cluster.start(name, CLUSTER, [name, ...args]);
    };
    all.slice(0, 2).forEach(start);
    const kubectl = (...args: string[]): string =>
      execFileSync(CLUSTER, ['kubectl', `--kubeconfig=${join(run, 'kubeconfig')}`, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 60_000,
      });
    await cluster.until('kube-apiserver', () => kubectl('get', '--raw', '/readyz') === 'ok');
    await cluster.until('containerd', () => existsSync(join(containerd, 'c.sock')));
    importImages(join(containerd, 'c.sock'), run);
    all.slice(2).forEach(start);
    await cluster.until('kubelet', () => /\bReady\b/.test(kubectl('get', 'nodes', '--no-headers')));
    return {
      kubeconfig: join(run, 'kubeconfig'),
      kubectl,
      signal: (part, signal) => {
        cluster.signal(part, signal);
      },
      stop: () => cluster.stop(),
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** The parts of a cluster, as processes. */
class Parts {
  readonly #run: string;
  readonly #children = new Map<string, ChildProcess>();

  constructor(run: string) {
    this.#run = run;
  }

  start(name: string, program: string, args: readonly string[]): void {
    const log = openSync(join(this.#run, 'log', name), 'a');
    const child = spawn(program, args, { cwd: this.#run, stdio: ['ignore', log, log], detached: true });
    this.#children.set(name, child);
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#children.get(name)?.kill(signal);
  }

  async until(name: string, reached: () => boolean): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      try {
        if (reached()) return;
      } catch {
        // It doesn't answer yet.
      }
      if (this.#children.get(name)?.exitCode !== null) break;
      await sleep(300);
    }
    const log = readFileSync(join(this.#run, 'log', name), 'utf8');
    throw new Error(`${name} doesn't come up: ${log.slice(-3000)}`);
  }

  /** Ends the parts, what containerd still runs, and the mounts of both. */
  async stop(): Promise<void> {
    const order = ['kubelet', 'kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'];
    for (const name of order) await this.#end(name);
    for (const pid of shimsOf(this.#run)) process.kill(pid, 'SIGKILL');
    await this.#end('containerd');
    for (let tries = 0; tries < 5; tries += 1) {
      const mounts = mountsBelow(this.#run);
      if (mounts.length === 0) break;
      for (const mount of mounts) {
        try {
          execFileSync('umount', ['-l', mount], { stdio: 'ignore' });
        } catch {
          // It went with another one.
        }
      }
    }
    rmSync(this.#run, { recursive: true, force: true, maxRetries: 5 });
  }

  async #end(name: string): Promise<void> {
    const child = this.#children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 8000);
    await ended;
    clearTimeout(killer);
  }
}

/** The processes between a containerd and its containers: they outlive it. With each goes what runs in it. */
function shimsOf(run: string): number[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((line) => line.includes('containerd-shim') && line.includes(run))
    .map((line) => Number.parseInt(line, 10));
}

function mountsBelow(run: string): string[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return lines
    .map((line) =>
      (line.split(' ')[1] ?? '').replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
    )
    .filter((path) => path.startsWith(`${run}/`))
    .reverse();
}

/** Gives containerd the images of the tests, out of the engine of the tests. They are kept in an archive. */
function importImages(socket: string, run: string): void {
  const folder = join(repositoryRoot, 'tmp', 'kubernetes');
  const archive = join(folder, 'images.tar');
  if (!existsSync(archive)) {
    mkdirSync(folder, { recursive: true });
    const docker = (...args: string[]): string =>
      execFileSync('docker', args, { encoding: 'utf8', timeout: 300_000 });
    docker('import', tinyImage(join(run, 'transfer-image'), TRANSFER_PROGRAMS), TRANSFER_IMAGE);
    const pause = join(run, 'pause.tar');
    execFileSync('tar', ['-C', PROGRAMS, '-cf', pause, 'pause']);
    docker('import', '--change', 'ENTRYPOINT ["/pause"]', pause, PAUSE_IMAGE);
    docker('save', '--output', `${archive}.draft`, IMAGE, TRANSFER_IMAGE, PAUSE_IMAGE);
    execFileSync('mv', [`${archive}.draft`, archive]);
  }
  execFileSync('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive], {
    stdio: 'ignore',
    timeout: 300_000,
  });
}
