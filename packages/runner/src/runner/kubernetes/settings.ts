import { isAbsolute } from 'node:path';
import { RunnerError } from '../../error.js';

/** What a pod may use, and where it runs. Everything that isn't said here has a limit too. */
export interface KubernetesSettings {
  /** What is compiled in, by a name that the nodes can pull, better by its digest. */
  readonly image: string;
  /**
   * The absolute folder below which everything of a build lies here. A pod has a volume of its own under the same path,
   * because the paths of a build stand in what is compiled.
   */
  readonly root: string;
  /** What fetches sources and sends results: sh, tar, gzip, sha256sum and curl, wget or python3. `image` if absent. */
  readonly transferImage?: string;
  /** The context's own if absent. */
  readonly namespace?: string;
  /** Of the kubeconfig; its current one if absent. */
  readonly context?: string;
  readonly pullPolicy?: 'IfNotPresent' | 'Always' | 'Never';
  /** Secrets of the namespace with which images are pulled. */
  readonly pullSecrets?: readonly string[];
  /** Labels that a node must have. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Whether pods use the node's network: for clusters that have none for pods. */
  readonly hostNetwork?: boolean;
  /** Bytes, with k, m or g: `512m`, `8g`. It's asked for and is the limit. */
  readonly memory?: string;
  /** The size of all that a build writes. */
  readonly disk?: string;
  /** Asked for and the limit; one is asked for, without a limit, if absent. */
  readonly cpus?: number;
  /** Seconds that the API server may be out of reach while jobs run; 120 if absent. */
  readonly patience?: number;
}

const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/;
/** RFC 1123, as Kubernetes has it for most names. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9][-a-z0-9.]{0,252}\/)?[A-Za-z0-9][-A-Za-z0-9_.]{0,62}$/;
const LABEL_VALUE = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,62})?$/;
const SIZE = /^[1-9]\d{0,14}([kmg]i?b?|b)?$/i;

/**
 * Every problem of the settings: none of them may be anything but the value that it is.
 *
 * @throws {@link RunnerError} `bad-request`
 */
export function checkKubernetesSettings(settings: KubernetesSettings): void {
  const { image, root, transferImage, namespace, pullSecrets = [], nodeSelector = {} } = settings;
  const { memory, disk, cpus } = settings;
  const images = [image, ...(transferImage === undefined ? [] : [transferImage])];
  const names = [...(namespace === undefined ? [] : [namespace]), ...pullSecrets];
  const problems = [
    ...images.flatMap((name) => (IMAGE.test(name) ? [] : [`'${name}' is no name of an image`])),
    ...names.flatMap((name) => (NAME.test(name) ? [] : [`'${name}' is no name of a namespace or secret`])),
    ...Object.entries(nodeSelector).flatMap(([key, value]) =>
      LABEL_KEY.test(key) && LABEL_VALUE.test(value) ? [] : [`'${key}=${value}' is no label of a node`],
    ),
    ...(isAbsolute(root) && root !== '/' ? [] : [`root is '${root}', no folder of its own`]),
    ...(root.includes(':') ? [`root is '${root}': no volume has a path with a colon`] : []),
    ...[['memory', memory] as const, ['disk', disk] as const].flatMap(([key, value]) =>
      value === undefined || SIZE.test(value) ? [] : [`${key} is '${value}', not a size such as 512m or 8g`],
    ),
    ...(cpus === undefined || (Number.isFinite(cpus) && cpus > 0) ? [] : [`cpus is ${cpus}, not a count`]),
  ];
  if (problems.length > 0) throw new RunnerError('bad-request', `kubernetes: ${problems.join('; ')}`);
}

/** `512m` in bytes: to Kubernetes that would be half a byte. */
export function bytesOf(size: string): number {
  const [, number = '0', unit = 'b'] = /^(\d+)([bkmg])?/i.exec(size) ?? [];
  return Number(number) * ({ k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase()] ?? 1);
}
