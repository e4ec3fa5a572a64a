import { RunnerError } from '../../error.js';
import { thisOwner } from '../docker/owner.js';
import { Gatherer, type Gathered } from '../gathering.js';
import type { KubernetesClient } from './client.js';
import { jobManifest, papersManifest, type JobRequest, type Papers } from './manifest.js';
import { uniqueName } from './names.js';
import { Pods } from './pods.js';
import type { KubernetesSettings } from './settings.js';

/** Milliseconds: jobs that are submitted within this time become one. */
const WINDOW = 150;
/** A Secret holds 1 MiB, and its JSON a little more than its texts. */
const LARGEST = 700_000;

/** A job that the cluster has taken: one of a Job's pods. */
export interface SubmittedJob {
  readonly pods: Pods;
  readonly index: number;
  /** To be called once the pod is over: the last of them removes the Job. */
  readonly leave: () => Promise<void>;
}

interface Waiting extends Gathered {
  readonly papers: Papers;
  readonly taken: (job: SubmittedJob) => void;
}

/** Hands jobs to the cluster, those that come together as one indexed Job. */
export class Submission {
  readonly #client: KubernetesClient;
  readonly #settings: KubernetesSettings;
  /** By the seconds that they may take. */
  readonly #waiting: Gatherer<number, Waiting>;

  constructor(client: KubernetesClient, settings: KubernetesSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#waiting = new Gatherer({
      window: WINDOW,
      hasRoom: (group, job) =>
        [...group, job].reduce((sum, { papers }) => sum + sizeOf(papers), 0) <= LARGEST,
      send: (seconds, jobs) => this.#send(jobs, seconds),
    });
  }

  /**
   * @param seconds - how long it may take
   * @throws {@link RunnerError} what the cluster refuses it for
   */
  submit(papers: Papers, seconds: number): Promise<SubmittedJob> {
    return new Promise((taken, refused) => {
      const size = sizeOf(papers);
      if (size > LARGEST) {
        const message = `the job's steps and variables are ${size} bytes long`;
        throw new RunnerError('bad-request', message, {
          hint: `a Secret holds ${LARGEST}: put long values into files`,
        });
      }
      this.#waiting.add(seconds, { papers, taken, refused });
    });
  }

  async #send(jobs: readonly Waiting[], seconds: number): Promise<void> {
    const name = uniqueName();
    const papers = jobs.map((each) => each.papers);
    const request: JobRequest = { name, settings: this.#settings, owner: thisOwner(), papers, seconds };
    const pods = new Pods(this.#client, name);
    try {
      // The secret first: a pod that has to wait for it waits long.
      await this.#client.createSecret(papersManifest(request));
      await this.#client.giveSecretTo(await this.#client.createJob(jobManifest(request)));
    } catch (error) {
      await pods.remove().catch(() => undefined);
      throw error;
    }
    let left = jobs.length;
    const leave = async (): Promise<void> => {
      left -= 1;
      if (left === 0) await pods.remove();
    };
    for (const [index, { taken }] of jobs.entries()) taken({ pods, index, leave });
  }
}

function sizeOf({ steps, links }: Papers): number {
  return [...steps, ...Object.values(links)].reduce(
    (sum, text) => sum + Math.ceil((Buffer.byteLength(text) * 4) / 3),
    0,
  );
}
