import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBelow } from '../../containment.js';
import { RunnerError, withContext } from '../../error.js';
import { foldersOf, ParcelService, type Parcel, type ReturnAddress } from '../../transfer/parcel.js';
import type { Transfer } from '../../transfer/transfer.js';
import { hasDied, thisOwner } from '../docker/owner.js';
import type { Job, JobResult, JobWatcher, Runner, Surroundings } from '../runner.js';
import { stepFile } from '../slurm/step-file.js';
import { KubernetesClient } from './client.js';
import { probeManifest } from './manifest.js';
import { uniqueName } from './names.js';
import { digestOf, type PodAccount } from './pod-state.js';
import { Pods } from './pods.js';
import { checkKubernetesSettings, type KubernetesSettings } from './settings.js';
import { Submission } from './submission.js';
import { refuseMisfortune, refuseTransfer } from './verdict.js';
import { Watch } from './watch.js';

/** Seconds that a job may take which has no time limit of its own: a day. */
const LONGEST = 24 * 60 * 60;
/** Seconds that a job may wait for a node: until then its links work. No signature is valid for more than a week. */
const QUEUE = 24 * 60 * 60;
const WEEK = 7 * 24 * 60 * 60;
/** Seconds for looking at an image, the time to pull it among them. */
const PROBE = 900;

/**
 * Runs jobs in a Kubernetes cluster. Sources and results travel through a store; a pod has copies of the job's folders
 * in a volume of its own, each step in a container of its own, no capabilities, no account, and limits. Jobs that are
 * run at the same time are one indexed Job (docs/decisions/0023).
 *
 * @throws {@link RunnerError} `bad-request` for settings that aren't what they should be
 * @public
 */
export function kubernetesRunner(settings: KubernetesSettings, transfer: Transfer): Runner {
  checkKubernetesSettings(settings);
  const parcels = new ParcelService(transfer);
  let place: Promise<Place> | undefined;
  return {
    name: 'kubernetes',
    async survey(environment, signal) {
      place ??= survey(settings, environment, signal, transfer.url);
      try {
        return (await place).surroundings;
      } catch (error) {
        place = undefined;
        throw error;
      }
    },
    async run(job, watcher) {
      if (place === undefined) await this.survey(process.env, watcher.signal);
      if (place === undefined) throw new TypeError('survey leaves a place');
      const { client, submission } = await place;
      try {
        return await runJob({ client, submission, parcels, settings, store: transfer.url }, job, watcher);
      } catch (error) {
        if (watcher.signal?.aborted === true) return { status: 'cancelled' };
        throw withContext(error);
      }
    },
  };
}

/**
 * Asks a cluster for its version.
 *
 * @param limit - milliseconds that it may take to answer
 * @throws {@link RunnerError} `engine-missing` without an answer or a configuration, `bad-request` for a context that
 *   isn't there
 * @public
 */
export async function clusterVersion(
  environment: Surroundings['environment'],
  { context, limit }: { readonly context: string | undefined; readonly limit: number },
): Promise<{ readonly server: string; readonly version: string }> {
  const client = await KubernetesClient.open(environment, context === undefined ? {} : { context });
  return { server: client.server, version: await client.version(limit) };
}

interface Place {
  readonly client: KubernetesClient;
  readonly submission: Submission;
  readonly surroundings: Surroundings;
}

/** Looks at the cluster and at the images, which only it can see; removes what died runs have left. */
async function survey(
  settings: KubernetesSettings,
  environment: Surroundings['environment'],
  signal: AbortSignal | undefined,
  store: string,
): Promise<Place> {
  const client = await KubernetesClient.open(environment, settings);
  await removeAbandoned(client);
  const { image, cpus } = settings;
  const pods = new Pods(client, uniqueName());
  try {
    const request = { name: pods.job, settings, owner: thisOwner(), seconds: PROBE };
    await client.createJob(probeManifest(request));
    const { message = '', imageId = image } = await probed(pods, signal, store);
    const surroundings = {
      environment: { PATH: message },
      isolated: true,
      image: { name: image, digest: digestOf(imageId) },
      cpus: Math.max(1, Math.floor(cpus ?? 1)),
    };
    return { client, submission: new Submission(client, settings), surroundings };
  } finally {
    await pods.remove();
  }
}

async function probed(
  pods: Pods,
  signal: AbortSignal | undefined,
  store: string,
): Promise<{ readonly message?: string; readonly imageId?: string }> {
  for (;;) {
    signal?.throwIfAborted();
    const pod = await pods.look(0);
    if (pod !== undefined) {
      refuseMisfortune(pod);
      const transfer = pod.containers.get('transfer');
      if (transfer?.state === 'ended') refuseTransfer('transfer', transfer, store);
      const image = pod.containers.get('image');
      if (image?.state === 'ended' && image.exitCode === 0) return image;
      if (pod.phase === 'Failed') throw unusable(pod);
    }
    await sleep(150);
  }
}

function unusable({ containers, reason = '', message = '' }: PodAccount): RunnerError {
  const { exitCode, message: said = message, reason: why = reason } = containers.get('image') ?? {};
  return new RunnerError(
    'engine-lost',
    `the image can't be looked at: ${why} ${exitCode ?? ''} ${said}`.trim(),
    {
      hint: 'the words are Kubernetes\u2019 own',
    },
  );
}

/** Removes the jobs and secrets of processes of this host that have died: nobody else will for a while. */
async function removeAbandoned(client: KubernetesClient): Promise<void> {
  for (const { kind, name, owner } of await client.listPossessions()) {
    if (!hasDied(owner)) continue;
    if (kind === 'job') await client.deleteJob(name);
    else await client.deleteSecret(name);
  }
}

interface Cluster {
  readonly client: KubernetesClient;
  readonly submission: Submission;
  readonly parcels: ParcelService;
  readonly settings: KubernetesSettings;
  readonly store: string;
}

async function runJob(cluster: Cluster, job: Job, watcher: JobWatcher): Promise<JobResult> {
  const { client, submission, parcels, settings, store } = cluster;
  const { signal } = watcher;
  if (signal?.aborted === true) return { status: 'cancelled' };
  const folders = await foldersOf(job);
  for (const folder of [job.workspace, ...folders]) {
    if (isBelow(settings.root, folder) && relative(settings.root, folder) !== '') continue;
    throw new RunnerError(
      'bad-request',
      `${folder} is not in ${settings.root}, which pods have a volume for`,
      {
        hint: 'keep the cache in it',
      },
    );
  }
  const seconds = job.timeLimit ?? LONGEST;
  const validity = Math.min(seconds + QUEUE, WEEK);
  const sent: Parcel[] = [];
  for (const folder of folders) sent.push(await parcels.send(folder, validity, signal));
  const back = await Promise.all((job.results ?? []).map((results) => parcels.addressFor(results, validity)));
  const papers = { steps: job.steps.map(stepFile), links: linkFiles(job, sent, back) };
  try {
    const submitted = await submission.submit(papers, seconds);
    watcher.onPlace?.(`kubernetes: job ${submitted.pods.job}`);
    try {
      const { patience = 120 } = settings;
      const { result, receipts } = await new Watch(client, submitted, {
        job,
        watcher,
        patience,
        store,
      }).toTheEnd();
      if (result.status !== 'done') return result;
      for (const [number, address] of back.entries()) {
        const receipt = receipts.get(number);
        if (receipt === undefined)
          throw new RunnerError('engine-lost', `${submitted.pods.job} says nothing of its results`);
        await parcels.collect(address, receipt, signal);
      }
      return result;
    } finally {
      await submitted.leave();
    }
  } finally {
    await parcels.forget(back);
  }
}

/** What a pod is told of its folders: what to fetch, what to make, what to send. */
function linkFiles(
  job: Job,
  sent: readonly Parcel[],
  back: readonly ReturnAddress[],
): Readonly<Record<string, string>> {
  const made = [job.workspace, ...(job.scratch ?? [])].filter(
    (path) => !sent.some(({ folder }) => folder === path),
  );
  return Object.fromEntries([
    ...sent.flatMap(({ folder, link, sha256 }, number) => [
      [`${number}.folder`, folder] as const,
      [`${number}.url`, link] as const,
      [`${number}.sha256`, sha256] as const,
    ]),
    ...made.map((folder, number) => [`${sent.length + number}.folder`, folder] as const),
    ...back.flatMap(({ results, link }, number) => [
      [`${number}.result`, results.folder] as const,
      [`${number}.target`, link] as const,
    ]),
  ]);
}
