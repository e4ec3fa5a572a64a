/** A job's time limit beside its cancellation: one signal for both, and which of the two it was. */
export class Deadline {
  readonly signal: AbortSignal | undefined;
  readonly #limit: AbortSignal | undefined;

  /** @param seconds - from now on; no limit if absent */
  constructor(seconds: number | undefined, cancel: AbortSignal | undefined) {
    this.#limit = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1000);
    const signals = [this.#limit, cancel].filter((signal) => signal !== undefined);
    this.signal = signals.length === 0 ? undefined : AbortSignal.any(signals);
  }

  /** Whether the time is over. */
  get passed(): boolean {
    return this.#limit?.aborted === true;
  }
}
