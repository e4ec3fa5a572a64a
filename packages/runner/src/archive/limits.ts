import { stat } from 'node:fs/promises';
import { RunnerError } from '../error.js';

/** No source archive comes near it; a list of names that long is an attack. */
const MAX_MEMBERS = 500_000;
/** What every archive may unpack to, however small it is ... */
const FREE_BYTES = 256 * 2 ** 20;
/** ... and what each of its bytes may become. Sources reach 20, a file of zeros 1000. */
const MAX_RATIO = 100;
const MAX_BYTES = 32 * 2 ** 30;

/** Counts what an archive would unpack to, and refuses it as soon as that is too much. */
export class ArchiveBudget {
  readonly #origin: string;
  readonly #bytes: number;
  #members = 0;
  #used = 0;

  private constructor(origin: string, size: number) {
    this.#origin = origin;
    this.#bytes = Math.min(MAX_BYTES, Math.max(FREE_BYTES, MAX_RATIO * size));
  }

  /** The budget of an archive by its own size. */
  static async of(archive: string, origin: string): Promise<ArchiveBudget> {
    return new ArchiveBudget(origin, (await stat(archive)).size);
  }

  /** @throws {@link RunnerError} `bad-archive` */
  member(size: number): void {
    this.#members += 1;
    this.#used += size;
    if (this.#members > MAX_MEMBERS) throw this.#refuse(`has more than ${MAX_MEMBERS} members`);
    this.unpacked(this.#used);
  }

  /** @throws {@link RunnerError} `bad-archive` where this many bytes in all are too much */
  unpacked(bytes: number): void {
    if (bytes > this.#bytes) throw this.#refuse(`unpacks to more than ${this.#bytes} bytes`);
  }

  #refuse(problem: string): RunnerError {
    return new RunnerError('bad-archive', `${this.#origin}: the archive ${problem}`, {
      hint: `no source is like that: an archive may unpack to ${MAX_RATIO} times its size, and to 256 MiB in any case`,
    });
  }
}
