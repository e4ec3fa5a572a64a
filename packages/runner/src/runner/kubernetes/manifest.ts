import { literal, MANAGED_BY, OURS, OWNER } from './names.js';
import { FETCH, LINKS, PARCELS, PROBE_IMAGE, PROBE_TRANSFER, STEP, STEPS, STORE } from './scripts.js';
import type { Container, Job, Metadata, PodSpec, Secret, Volume, VolumeMount } from './plain.js';
import { bytesOf, type KubernetesSettings } from './settings.js';

/** Who asks, and as whom it runs. */
export interface PodOwner {
  /** `HOST:PID:START` */
  readonly label: string;
  readonly uid: number;
  readonly gid: number;
}

/** What of one job is a secret: its steps with their variables, and its links. */
export interface Papers {
  /** Step files, in their order. */
  readonly steps: readonly string[];
  /** What the containers that fetch and store see, by the names of files. */
  readonly links: Readonly<Record<string, string>>;
}

/** Jobs that run as one, each with an index. */
export interface JobRequest {
  readonly name: string;
  readonly settings: KubernetesSettings;
  readonly owner: PodOwner;
  readonly papers: readonly Papers[];
  /** How long each may take, from its pod's start. */
  readonly seconds: number;
}

/** Where nothing else is said; a pod that asks for nothing is the first to go. */
const DEFAULTS = { memory: '8g', disk: '4g', cpus: 1, asked: '512Mi' } as const;
/** Root is nobody in a pod. */
const NOT_ROOT = 65_532;
/** Seconds after which the cluster itself removes a finished job that nobody has removed. */
const KEPT = 900;
/** What a pod may take beyond its job's time, to fetch and to store; who watches ends it before. */
const SLACK = 300;

/** The name of the container of a step. */
export function stepName(index: number): string {
  return `step-${index}`;
}

/**
 * An indexed Job. Each of its pods fetches its folders, runs its steps, each in a container of its own, and stores its
 * results; all but the last are init containers, which run one after the other until one fails.
 */
export function jobManifest(request: JobRequest): Job {
  const { settings, papers, seconds } = request;
  const { image, transferImage = image, root } = settings;
  const steps = Math.max(...papers.map((each) => each.steps.length));
  const files = [{ name: 'files', mountPath: root }, ...(root === '/tmp' ? [] : [temporary])];
  const transfer = [...files, indexed('links', LINKS), { name: 'parcels', mountPath: PARCELS }];
  const work = [...files, indexed('steps', STEPS)];
  const initContainers = [
    container({ name: 'fetch', image: transferImage, script: FETCH, mounts: transfer }, settings),
    ...Array.from({ length: steps }, (_, index) =>
      container({ name: stepName(index), image, script: STEP, word: String(index), mounts: work }, settings),
    ),
  ];
  const store = container({ name: 'store', image: transferImage, script: STORE, mounts: transfer }, settings);
  const volumes = [
    ...[scratch('files', settings), scratch('parcels', settings), small],
    ...[papersVolume('steps', request), papersVolume('links', request)],
  ];
  return job(request, papers.length, {
    ...podSpec(request, volumes),
    activeDeadlineSeconds: Math.ceil(seconds) + SLACK,
    initContainers,
    containers: [store],
  });
}

/** A Job that says what the images have: the build's, and the one that fetches and stores. */
export function probeManifest(request: Omit<JobRequest, 'papers'>): Job {
  const { settings, seconds } = request;
  const { image, transferImage = image } = settings;
  const transfer = { name: 'transfer', image: transferImage, script: PROBE_TRANSFER, mounts: [temporary] };
  const probe = { name: 'image', image, script: PROBE_IMAGE, mounts: [temporary] };
  return job(request, 1, {
    ...podSpec(request, [small]),
    activeDeadlineSeconds: seconds,
    initContainers: [container(transfer, settings)],
    containers: [container(probe, settings)],
  });
}

/** The papers of all jobs of a request, in one Secret: `I.S.step`, `I.NAME`. */
export function papersManifest({ name, owner, papers }: JobRequest): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(name, owner),
    immutable: true,
    stringData: Object.fromEntries(
      papers.flatMap(({ steps, links }, index) => [
        ...steps.map((step, number) => [`${index}.${number}.step`, step] as const),
        ...Object.entries(links).map(([file, text]) => [`${index}.${file}`, text] as const),
      ]),
    ),
  };
}

const small: Volume = { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } };
const temporary: VolumeMount = { name: 'tmp', mountPath: '/tmp' };

function job(request: Omit<JobRequest, 'papers'>, completions: number, spec: PodSpec): Job {
  const { name, owner } = request;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(name, owner),
    spec: {
      completionMode: 'Indexed',
      completions,
      parallelism: completions,
      // One that fails doesn't end the others, and is not tried again: a build that failed fails again.
      backoffLimitPerIndex: 0,
      backoffLimit: 2 ** 31 - 1,
      ttlSecondsAfterFinished: KEPT,
      template: { metadata: { labels: { [MANAGED_BY]: OURS } }, spec },
    },
  };
}

function metadata(name: string, owner: PodOwner): Metadata {
  return { name, labels: { [MANAGED_BY]: OURS }, annotations: { [OWNER]: owner.label } };
}

function podSpec({ settings, owner }: Omit<JobRequest, 'papers'>, volumes: Volume[]): PodSpec {
  const { pullSecrets = [], nodeSelector, hostNetwork } = settings;
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: owner.uid === 0 ? NOT_ROOT : owner.uid,
      runAsGroup: owner.uid === 0 ? NOT_ROOT : owner.gid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    ...(nodeSelector === undefined ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(hostNetwork === true ? { hostNetwork } : {}),
    volumes,
    containers: [],
  };
}

interface Part {
  readonly name: string;
  readonly image: string;
  readonly script: string;
  readonly word?: string;
  readonly mounts: readonly VolumeMount[];
}

function container({ name, image, script, word, mounts }: Part, settings: KubernetesSettings): Container {
  const { pullPolicy = 'IfNotPresent', memory, cpus } = settings;
  const limit = String(bytesOf(memory ?? DEFAULTS.memory));
  return {
    name,
    image,
    imagePullPolicy: pullPolicy,
    command: ['sh', '-c', ...[script, 'sh', ...(word === undefined ? [] : [word])].map(literal)],
    workingDir: '/',
    terminationMessagePolicy: 'File',
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: {
      requests: { memory: memory === undefined ? DEFAULTS.asked : limit, cpu: String(cpus ?? DEFAULTS.cpus) },
      limits: { memory: limit, ...(cpus === undefined ? {} : { cpu: String(cpus) }) },
    },
    volumeMounts: [...mounts],
  };
}

/** A folder of the node that goes with the pod. */
function scratch(name: string, { disk }: KubernetesSettings): Volume {
  return { name, emptyDir: { sizeLimit: String(bytesOf(disk ?? DEFAULTS.disk)) } };
}

/** A pod sees its own papers of those of all its job's pods. */
function indexed(name: string, mountPath: string): VolumeMount {
  return { name, mountPath, readOnly: true, subPathExpr: '$(JOB_COMPLETION_INDEX)' };
}

function papersVolume(kind: keyof Papers, { name, papers }: JobRequest): Volume {
  const items = papers.flatMap(({ steps, links }, index) => {
    const files = kind === 'links' ? Object.keys(links) : steps.map((_, number) => `${number}.step`);
    return files.map((file) => ({ key: `${index}.${file}`, path: `${index}/${file}` }));
  });
  return { name: kind, secret: { secretName: name, defaultMode: 0o444, items } };
}
