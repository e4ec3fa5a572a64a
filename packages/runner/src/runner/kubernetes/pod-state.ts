import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { COMPLETION_INDEX } from './names.js';

/** What is known of a container. */
export interface ContainerAccount {
  readonly state: 'waiting' | 'running' | 'ended';
  /** Kubernetes' word: `PodInitializing`, `ErrImagePull`, `OOMKilled`, `Error` ... */
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  /** What it runs, by digest. */
  readonly imageId?: string;
}

/** What is known of a pod. */
export interface PodAccount {
  readonly name: string;
  readonly index: number;
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly node?: string;
  /** Why no node has taken it yet. */
  readonly unscheduled?: string;
  /** Whether it's taken away: by somebody, with its node, or because its node is needed for something else. */
  readonly disrupted: boolean;
  readonly containers: ReadonlyMap<string, ContainerAccount>;
}

/** Reads what the API server says of a pod. */
export function readPod(pod: V1Pod): PodAccount {
  const { metadata, status, spec } = pod;
  const index = metadata?.labels?.[COMPLETION_INDEX] ?? metadata?.annotations?.[COMPLETION_INDEX] ?? '0';
  const conditions = status?.conditions ?? [];
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return {
    name: metadata?.name ?? '',
    index: Number(index),
    phase: status?.phase ?? 'Unknown',
    ...given({ reason: status?.reason, message: status?.message, node: spec?.nodeName }),
    ...(scheduled?.status === 'False' ? given({ unscheduled: scheduled.message }) : {}),
    disrupted:
      metadata?.deletionTimestamp !== undefined ||
      conditions.some(({ type, status: word }) => type === 'DisruptionTarget' && word === 'True'),
    containers: new Map(statuses.map((each) => [each.name, readContainer(each)])),
  };
}

function readContainer({ state, imageID }: V1ContainerStatus): ContainerAccount {
  const image = imageID === '' ? undefined : imageID;
  if (state?.terminated !== undefined) {
    const { reason, message, exitCode } = state.terminated;
    return { state: 'ended', exitCode, ...given({ reason, message, imageId: image }) };
  }
  if (state?.running !== undefined) return { state: 'running', ...given({ imageId: image }) };
  return { state: 'waiting', ...given({ reason: state?.waiting?.reason, message: state?.waiting?.message }) };
}

/** Without what isn't said. */
function given<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  const said = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(said) as { [K in keyof T]?: string };
}

/** The digest in `registry/name@sha256:...`, or the id of an image that no registry has. */
export function digestOf(imageId: string): string {
  return imageId.split('@').at(-1) ?? imageId;
}

/** Reads what the storing container says that it has sent: `0 SHA256 SIZE`, a line for each result. */
export function readReceipts(message: string): Map<number, { sha256: string; size: number }> {
  const lines = [...message.matchAll(/^(\d+) ([0-9a-f]{64}) +(\d+)$/gm)];
  return new Map(
    lines.map(([, number, sha256 = '', size]) => [Number(number), { sha256, size: Number(size) }]),
  );
}
