import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Requirement } from '@wheelwright/testing';
import { engine } from './engine.js';

/** What it takes to start an engine of one's own. */
export const PRIVATE_ENGINE: readonly Requirement[] = [
  { program: 'dockerd' },
  { met: process.getuid?.() === 0, reason: 'only root starts a container engine' },
];

/** A container engine of a test's own, which the test may kill: its socket, images and containers are nobody else's. */
export class PrivateEngine {
  readonly #folder: string;
  readonly host: string;

  /** @param folder - an empty one */
  constructor(folder: string) {
    this.#folder = folder;
    this.host = `unix://${join(folder, 'engine.sock')}`;
  }

  /** The environment of a client of it. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, DOCKER_HOST: this.host };
  }

  /** Asks it; undefined where it refuses. */
  ask(args: readonly string[]): string | undefined {
    return engine(args, this.environment);
  }

  /** Starts it, or starts it again; returns when it answers. */
  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const log = openSync(join(this.#folder, 'log'), 'a');
    // After a kill the numbers of both still stand there, and a daemon that sees them waits for the old containerd.
    const containerd = join(this.#folder, 'exec/containerd/containerd.pid');
    await ended(containerd);
    for (const file of [this.#pidFile, containerd]) await rm(file, { force: true });
    const options = [
      ...['--iptables=false', '--bridge=none', '--host', this.host, '--pidfile', this.#pidFile],
      ...['--data-root', join(this.#folder, 'data'), '--exec-root', join(this.#folder, 'exec')],
    ];
    const daemon = spawn('dockerd', options, { cwd: '/', detached: true, stdio: ['ignore', log, log] });
    await once(daemon, 'spawn');
    for (let tries = 0; tries < 150; tries += 1) {
      if (this.ask(['version']) !== undefined) return;
      await sleep(200);
    }
    throw new Error(
      `the engine doesn't answer: ${readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2000)}`,
    );
  }

  /** Ends its daemon at once, and nothing else. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it with all that it runs. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    // What an engine that was killed had mounted is mounted once more by the next, which unmounts its own only.
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((path) => path.startsWith(`${this.#folder}/`)).reverse()) {
      execFileSync('umount', [mount]);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #pidFile(): string {
    return join(this.#folder, 'pid');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const pid = numberIn(this.#pidFile);
    if (pid === undefined) return;
    process.kill(pid, signal);
    await ended(this.#pidFile, pid);
  }
}

/** Waits until the process whose number stands in a file runs no more. */
async function ended(file: string, pid = numberIn(file)): Promise<void> {
  for (let tries = 0; tries < 300 && pid !== undefined && isRunning(pid); tries += 1) await sleep(50);
}

function numberIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
