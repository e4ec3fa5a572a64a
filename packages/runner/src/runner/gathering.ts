/** Jobs that wait to be submitted together, and hear whether that could be done. */
export interface Gathered {
  readonly refused: (error: unknown) => void;
}

/** How jobs are gathered. */
export interface Gathering<K, J extends Gathered> {
  /** Milliseconds: jobs that come within this time go together. */
  readonly window: number;
  /** Whether a group has room for one more. */
  readonly hasRoom: (group: readonly J[], job: J) => boolean;
  /** Submits a group; what it throws, all of the group are refused with. */
  readonly send: (kind: K, jobs: readonly J[]) => Promise<void>;
}

/** Gathers jobs of one kind for a moment, so that a cluster is given them as one array. Kinds are compared as a Map does. */
export class Gatherer<K, J extends Gathered> {
  readonly #how: Gathering<K, J>;
  readonly #waiting = new Map<K, J[]>();

  constructor(how: Gathering<K, J>) {
    this.#how = how;
  }

  add(kind: K, job: J): void {
    const { window, hasRoom, send } = this.#how;
    const group = this.#waiting.get(kind);
    if (group !== undefined && hasRoom(group, job)) {
      group.push(job);
      return;
    }
    const jobs = [job];
    this.#waiting.set(kind, jobs);
    setTimeout(() => {
      if (this.#waiting.get(kind) === jobs) this.#waiting.delete(kind);
      send(kind, jobs).catch((error: unknown) => {
        for (const { refused } of jobs) refused(error);
      });
    }, window);
  }
}
