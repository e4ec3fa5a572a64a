import type * as Kubernetes from '@kubernetes/client-node';
import type { ConfigurationOptions, V1Pod } from '@kubernetes/client-node';
import { RunnerError } from '../../error.js';
import type { Surroundings } from '../runner.js';
import { loadConfiguration } from './configuration.js';
import { MANAGED_BY, OURS, OWNER } from './names.js';
import type { Job, Metadata, Secret } from './plain.js';
import { readLog, type LogReader } from './pod-log.js';
import type { KubernetesSettings } from './settings.js';

/** Milliseconds that one call may take. */
const CALL_LIMIT = 20_000;

/** A job or secret of some run, and whose it is. */
export interface Possession {
  readonly kind: 'job' | 'secret';
  readonly name: string;
  readonly owner: string;
}

/** What the runner asks of an API server, each call bounded in time. */
export class KubernetesClient {
  readonly namespace: string;
  readonly #library: typeof Kubernetes;
  readonly #config: Kubernetes.KubeConfig;
  readonly #core: Kubernetes.CoreV1Api;
  readonly #batch: Kubernetes.BatchV1Api;

  private constructor(library: typeof Kubernetes, config: Kubernetes.KubeConfig, namespace: string) {
    this.namespace = namespace;
    this.#library = library;
    this.#config = config;
    this.#core = config.makeApiClient(library.CoreV1Api);
    this.#batch = config.makeApiClient(library.BatchV1Api);
  }

  /**
   * Reads the configuration as kubectl would; nothing is asked yet.
   *
   * @throws {@link RunnerError} `engine-missing` without a configuration, `tool-missing` without the library
   */
  static async open(
    environment: Surroundings['environment'],
    settings: Pick<KubernetesSettings, 'context' | 'namespace'>,
  ): Promise<KubernetesClient> {
    const library = await import('@kubernetes/client-node').catch((cause: unknown) => {
      const hint = 'npm install @kubernetes/client-node: it is an optional dependency';
      throw new RunnerError('tool-missing', "the library that speaks to Kubernetes isn't installed", {
        hint,
        cause,
      });
    });
    const config = await loadConfiguration(library, environment, settings.context);
    const { namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default' } =
      settings;
    return new KubernetesClient(library, config, namespace);
  }

  get server(): string {
    return this.#config.getCurrentCluster()?.server ?? '';
  }

  /** `v1.30.14` */
  async version(limit: number): Promise<string> {
    const api = this.#config.makeApiClient(this.#library.VersionApi);
    return (await this.#ask('tell its version', (o) => api.getCode(o), limit)).gitVersion;
  }

  async createJob(body: Job): Promise<Job> {
    const { namespace } = this;
    return this.#ask('create the job', (o) => this.#batch.createNamespacedJob({ namespace, body }, o));
  }

  async createSecret(body: Secret): Promise<void> {
    const { namespace } = this;
    await this.#ask('create the secret', (o) => this.#core.createNamespacedSecret({ namespace, body }, o));
  }

  /** Lets a secret go with its job, also where nobody is left to remove it. */
  async giveSecretTo(job: Job): Promise<void> {
    const { name = '', uid = '' }: Metadata = job.metadata ?? {};
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid };
    const body = [{ op: 'add', path: '/metadata/ownerReferences', value: [owner] }];
    const { namespace } = this;
    await this.#ask('change the secret', (o) =>
      this.#core.patchNamespacedSecret({ name, namespace, body }, o),
    );
  }

  async listPods(job: string): Promise<V1Pod[]> {
    const request = { namespace: this.namespace, labelSelector: `job-name=${job}` };
    return (await this.#ask('list the pods', (o) => this.#core.listNamespacedPod(request, o))).items;
  }

  async deletePod(name: string): Promise<void> {
    const { namespace } = this;
    await this.#unlessGone((o) => this.#core.deleteNamespacedPod({ name, namespace }, o));
  }

  /** Begins to remove a job; it's gone when its pods are. */
  async deleteJob(name: string): Promise<void> {
    const request = { name, namespace: this.namespace, propagationPolicy: 'Foreground' };
    await this.#unlessGone((o) => this.#batch.deleteNamespacedJob(request, o));
  }

  async deleteSecret(name: string): Promise<void> {
    const { namespace } = this;
    await this.#unlessGone((o) => this.#core.deleteNamespacedSecret({ name, namespace }, o));
  }

  async hasJob(name: string): Promise<boolean> {
    const { namespace } = this;
    const found = await this.#unlessGone((o) => this.#batch.readNamespacedJob({ name, namespace }, o));
    return found !== undefined;
  }

  /** All that any run of ours has in the namespace. */
  async listPossessions(): Promise<Possession[]> {
    const request = { namespace: this.namespace, labelSelector: `${MANAGED_BY}=${OURS}` };
    const [jobs, secrets] = await Promise.all([
      this.#ask('list the jobs', (o) => this.#batch.listNamespacedJob(request, o)),
      this.#ask('list the secrets', (o) => this.#core.listNamespacedSecret(request, o)),
    ]);
    const own = (kind: Possession['kind'], { metadata }: Job | Secret): Possession => ({
      kind,
      name: metadata?.name ?? '',
      owner: metadata?.annotations?.[OWNER] ?? '',
    });
    return [
      ...jobs.items.map((each) => own('job', each)),
      ...secrets.items.map((each) => own('secret', each)),
    ];
  }

  /** Follows a container's log to its end. */
  async readLog(pod: string, container: string, reader: LogReader): Promise<'ended' | 'broken'> {
    const path = `/api/v1/namespaces/${this.namespace}/pods/${pod}/log`;
    return readLog(this.#config, `${path}?container=${container}&follow=true`, reader);
  }

  async #unlessGone<T>(call: (options: ConfigurationOptions) => Promise<T>): Promise<T | undefined> {
    return this.#ask('remove what is left', call).catch((error: unknown) => {
      if (error instanceof RunnerError && codeOf(error.cause) === 404) return undefined;
      throw error;
    });
  }

  async #ask<T>(
    what: string,
    call: (options: ConfigurationOptions) => Promise<T>,
    milliseconds = CALL_LIMIT,
  ): Promise<T> {
    const limit = AbortSignal.timeout(milliseconds);
    const base = this.#library.setHeaderMiddleware('User-Agent', 'wheelwright');
    const bounded: Kubernetes.ObservableMiddleware = {
      pre: (context) => {
        context.setSignal(limit);
        return base.pre(context);
      },
      post: (context) => base.post(context),
    };
    try {
      return await call({ middleware: [bounded], middlewareMergeStrategy: 'append' });
    } catch (error) {
      throw refusal(what, error, this.server);
    }
  }
}

/** The HTTP status of a refusal; undefined where there was no answer. */
function codeOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** The error for what the API server said, or for its silence. */
function refusal(what: string, cause: unknown, server: string): RunnerError {
  const code = codeOf(cause);
  if (code === undefined) {
    const message = `no answer from the API server ${server}: ${(cause as Error).message}`;
    return new RunnerError('engine-missing', message, { hint: 'does `kubectl get nodes` get one?', cause });
  }
  const said = messageOf(cause);
  const details = { hint: 'the words are Kubernetes\u2019 own', cause };
  if (code === 401 || code === 403) {
    const hint =
      'it takes create, get, list and delete of jobs, secrets and pods, get of pods/log, patch of secrets';
    return new RunnerError('engine-missing', `${server} doesn't let us ${what}: ${said}`, { hint, cause });
  }
  if (code === 404 && what.startsWith('create')) return new RunnerError('bad-request', said, details);
  if (code === 400 || code === 413 || code === 422) return new RunnerError('bad-request', said, details);
  return new RunnerError('engine-lost', `${server} can't ${what}: ${said}`, details);
}

function messageOf(error: unknown): string {
  const body = (error as { body?: unknown }).body;
  try {
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: string } | null;
    return status?.message ?? (error as Error).message;
  } catch {
    return String(body).slice(0, 500);
  }
}
