import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { thisOwner } from '../../runner/docker/owner.js';
import { kubernetesRunner } from '../../runner/kubernetes/kubernetes.js';
import { OURS, OWNER, MANAGED_BY } from '../../runner/kubernetes/names.js';
import type { Possession } from '../../runner/kubernetes/client.js';
import type { KubernetesSettings } from '../../runner/kubernetes/settings.js';
import type { Runner } from '../../runner/runner.js';
import type { Transfer } from '../../transfer/transfer.js';
import { IMAGE } from '../engine.js';
import type { RunnerUnderTest } from '../runners.js';
import { TRANSFER_IMAGE, type TestCluster } from './cluster.js';

/** What the suite runs in: a cluster, and a bucket that its pods reach. It's set before the suite is loaded. */
export const ground: { cluster?: TestCluster; transfer?: Transfer } = {};

/** A runner of the cluster, with what a test wants otherwise. */
export function clusterRunner(change: Partial<KubernetesSettings> = {}): Runner {
  const { transfer } = ground;
  if (transfer === undefined) throw new Error('the ground is not laid');
  const settings: KubernetesSettings = {
    image: IMAGE,
    transferImage: TRANSFER_IMAGE,
    root: '/tmp',
    hostNetwork: true,
    memory: '256m',
    disk: '64m',
    cpus: 0.5,
    ...change,
  };
  return kubernetesRunner(settings, transfer);
}

/** The jobs, pods and secrets of this process that are in the cluster. */
export function ownPossessions(): string[] {
  const listed = ground.cluster?.kubectl(
    'get',
    'jobs,pods,secrets',
    '-l',
    `${MANAGED_BY}=${OURS}`,
    '-o',
    'json',
  );
  const { items } = JSON.parse(listed ?? '{"items":[]}') as {
    items: { kind: string; metadata: { name: string; annotations?: Record<string, string> } }[];
  };
  const { label } = thisOwner();
  return items
    .filter(({ kind, metadata }) => kind === 'Pod' || metadata.annotations?.[OWNER] === label)
    .map(({ kind, metadata }) => `${kind as Possession['kind']} ${metadata.name}`);
}

const kubernetes: RunnerUnderTest = {
  name: 'kubernetes',
  requirements: [],
  create: () => clusterRunner(),
  toolchain: 'gcc',
  memory: { met: true, reason: '', limited: (script) => script },
  leftovers: ownPossessions,
  absences: [
    {
      what: 'a configuration',
      create: () => clusterRunner(),
      environment: (folder) => ({ PATH: process.env['PATH'], HOME: folder }),
      code: 'engine-missing',
    },
    {
      what: 'an API server',
      create: () => clusterRunner(),
      environment: (folder) => ({ KUBECONFIG: elsewhere(folder) }),
      code: 'engine-missing',
    },
    {
      what: 'an image',
      create: () => clusterRunner({ image: 'no-such-image:1', pullPolicy: 'Never' }),
      code: 'image-missing',
    },
    {
      what: 'a context',
      create: () => clusterRunner({ context: 'elsewhere' }),
      code: 'bad-request',
    },
    {
      what: 'a program that fetches',
      create: () => clusterRunner({ transferImage: IMAGE }),
      code: 'tool-missing',
    },
  ],
};

/** The test's own kubeconfig, for a port on which nobody listens. */
function elsewhere(folder: string): string {
  const path = join(folder, 'kubeconfig');
  execFileSync('sed', [
    '-n',
    `s/127\\.0\\.0\\.1:[0-9]*/127.0.0.1:1/; w ${path}`,
    process.env['KUBECONFIG'] ?? '',
  ]);
  return path;
}

export const RUNNERS: readonly RunnerUnderTest[] = [kubernetes];
