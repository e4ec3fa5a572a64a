import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesClient } from './client.js';
import { readPod, type PodAccount } from './pod-state.js';

/** Milliseconds: however many jobs are watched, the server is asked once in this time. */
const INTERVAL = 400;
/** How long the removal of a job may take. */
const REMOVAL = 60_000;

/** The pods of one Job, by their indexes. */
export class Pods {
  readonly #client: KubernetesClient;
  readonly job: string;
  #asked = 0;
  #answer: Promise<Map<number, PodAccount>> | undefined;

  constructor(client: KubernetesClient, job: string) {
    this.#client = client;
    this.job = job;
  }

  /** A pod as it is now, or was half a second ago; undefined where there is none (yet, or any more). */
  async look(index: number): Promise<PodAccount | undefined> {
    if (this.#answer === undefined || Date.now() - this.#asked > INTERVAL) {
      this.#asked = Date.now();
      this.#answer = this.#list();
      // Who waits for it hears of it; with nobody waiting it's no unhandled rejection.
      this.#answer.catch(() => undefined);
    }
    return (await this.#answer).get(index);
  }

  async #list(): Promise<Map<number, PodAccount>> {
    const pods = (await this.#client.listPods(this.job)).map(readPod);
    return new Map(pods.map((pod) => [pod.index, pod]));
  }

  /** Ends one pod, and waits until nothing of it runs. */
  async stop(index: number): Promise<void> {
    for (const end = Date.now() + REMOVAL; Date.now() < end; ) {
      this.#answer = undefined;
      const pod = await this.look(index);
      if (pod === undefined || pod.phase === 'Failed' || pod.phase === 'Succeeded') return;
      await this.#client.deletePod(pod.name);
      await sleep(INTERVAL);
    }
  }

  /** Removes the Job with its pods and its papers, and waits until they're gone. */
  async remove(): Promise<void> {
    await Promise.all([this.#client.deleteJob(this.job), this.#client.deleteSecret(this.job)]);
    for (const end = Date.now() + REMOVAL; Date.now() < end; ) {
      if (!(await this.#client.hasJob(this.job))) return;
      await sleep(INTERVAL / 2);
    }
  }
}
