import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The tail is looked for in this many bytes; a line that is longer is cut at its start. */
const TAIL_BYTES = 64 * 1024;

/**
 * The log of one build: everything goes to a file, and the last lines are at hand.
 * Written synchronously: lines keep their order, a compiler can't fill the memory faster than the disk takes it,
 * and a full disk shows at once.
 */
export class BuildLog {
  readonly path: string;
  readonly #file: number;
  #hasCommands = false;
  readonly #recent: Buffer[] = [];
  #recentBytes = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.#file = openSync(path, 'w');
  }

  write(chunk: Buffer): void {
    this.#remember(chunk);
    for (let done = 0; done < chunk.length; ) done += writeSync(this.#file, chunk, done);
  }

  line(text: string): void {
    this.write(Buffer.from(`${text}\n`));
  }

  /** Says which program comes next; what it says follows. */
  command(step: string, command: readonly string[]): void {
    this.#hasCommands = true;
    this.line(`\n[${step}] ${JSON.stringify(command)}`);
  }

  /** Whether there is something to read in it. */
  get hasCommands(): boolean {
    return this.#hasCommands;
  }

  /** The last lines, without empty ones at the end. */
  tail(count = 20): string[] {
    const text = Buffer.concat(this.#recent).subarray(-TAIL_BYTES).toString('utf8');
    return text.trimEnd().split(/\r?\n/).slice(-count);
  }

  close(): void {
    closeSync(this.#file);
  }

  #remember(chunk: Buffer): void {
    this.#recent.push(chunk);
    this.#recentBytes += chunk.length;
    for (;;) {
      const oldest = this.#recent[0]?.length ?? 0;
      if (this.#recent.length < 2 || this.#recentBytes - oldest < TAIL_BYTES) return;
      this.#recent.shift();
      this.#recentBytes -= oldest;
    }
  }
}
