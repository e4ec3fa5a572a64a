import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJobState, type JobState } from './step-file.js';

/** Bytes of a log that are read at a time. */
const PIECE = 1024 * 1024;

/** Follows the logs of a job in the shared folder while it runs. */
export class JobFollower {
  readonly #folder: string;
  readonly #onStep: (index: number) => void;
  readonly #onOutput: (chunk: Buffer) => void;
  #step = -1;
  #offset = 0;
  #state: JobState | undefined;

  constructor(folder: string, onStep: (index: number) => void, onOutput: (chunk: Buffer) => void) {
    this.#folder = folder;
    this.#onStep = onStep;
    this.#onOutput = onOutput;
  }

  /** The step that runs, or ran last. */
  get step(): number {
    return Math.max(this.#step, 0);
  }

  /** Passes on what is new, and says how far the job is; a state that is just being written is the one before. */
  async look(): Promise<JobState> {
    const text = await readFile(join(this.#folder, 'state'), 'latin1').catch(() => '');
    this.#state = parseJobState(text) ?? this.#state ?? { step: 0, event: 'waiting', code: 0 };
    const { step, event } = this.#state;
    if (event === 'waiting') return this.#state;
    const last = event === 'done' ? step - 1 : step;
    while (this.#step < last) {
      if (this.#step >= 0) await this.#drain();
      this.#step += 1;
      this.#offset = 0;
      this.#onStep(this.#step);
    }
    await this.#drain();
    return this.#state;
  }

  async #drain(): Promise<void> {
    const file = await open(join(this.#folder, `${this.#step}.log`), 'r');
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        this.#onOutput(buffer.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }
}
