/** The ports of a cluster, all of them on loopback. */
export interface ClusterPorts {
  readonly etcd: number;
  readonly peer: number;
  readonly api: number;
  readonly controllers: number;
  readonly scheduler: number;
  readonly kubelet: number;
  readonly health: number;
}

const LOOPBACK = '127.0.0.1';
export const TOKEN = 'test-token';

/** `certificate` isn't checked: it's the API server's own, made anew with each cluster. */
export function kubeconfig({ api }: Pick<ClusterPorts, 'api'>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server: `https://${LOOPBACK}:${api}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'test', user: { token: TOKEN } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

export function kubeletConfiguration({ kubelet, health }: ClusterPorts, socket: string): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: LOOPBACK,
    port: kubelet,
    readOnlyPort: 0,
    healthzPort: health,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${socket}`,
    cgroupDriver: 'cgroupfs',
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    enableControllerAttachDetach: false,
    resolvConf: '',
    // It can't tell what file system a container's folder lies on here, and wouldn't start.
    localStorageCapacityIsolation: false,
    evictionHard: { 'memory.available': '100Mi' },
    imageGCHighThresholdPercent: 100,
    // A log that is rotated while it's followed loses lines.
    containerLogMaxSize: '1Gi',
  });
}

/** containerd with the paths of a cluster of its own. Setting a process's OOM score isn't allowed in every sandbox. */
export function containerdConfiguration(folder: string, pause: string): string {
  const text = (value: string): string => JSON.stringify(value);
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const runc = `${cri}.containerd.runtimes.runc`;
  return [
    'version = 2',
    `root = ${text(`${folder}/root`)}`,
    `state = ${text(`${folder}/state`)}`,
    '[grpc]',
    `address = ${text(`${folder}/c.sock`)}`,
    '[plugins."io.containerd.internal.v1.opt"]',
    `path = ${text(`${folder}/opt`)}`,
    `[${cri}]`,
    `sandbox_image = ${text(pause)}`,
    'restrict_oom_score_adj = true',
    `stream_server_address = ${text(LOOPBACK)}`,
    `[${cri}.cni]`,
    'bin_dir = "/usr/lib/cni"',
    `conf_dir = ${text(`${folder}/cni`)}`,
    `[${cri}.containerd]`,
    'default_runtime_name = "runc"',
    `[${runc}]`,
    'runtime_type = "io.containerd.runc.v2"',
    `[${runc}.options]`,
    'SystemdCgroup = false',
    '',
  ].join('\n');
}

/** Without any network the node would never be ready; its pods use the node's own. */
export const CNI = JSON.stringify({ cniVersion: '0.4.0', name: 'none', plugins: [{ type: 'loopback' }] });

/** What each part is started with. */
export function partArguments(ports: ClusterPorts, run: string): Readonly<Record<string, readonly string[]>> {
  const url = (port: number): string => `http://${LOOPBACK}:${port}`;
  const client = [`--kubeconfig=${run}/kubeconfig`, '--leader-elect=false', `--bind-address=${LOOPBACK}`];
  return {
    etcd: [
      ...['--name=test', `--data-dir=${run}/etcd`, `--initial-cluster=test=${url(ports.peer)}`],
      ...[`--listen-client-urls=${url(ports.etcd)}`, `--advertise-client-urls=${url(ports.etcd)}`],
      ...[`--listen-peer-urls=${url(ports.peer)}`, `--initial-advertise-peer-urls=${url(ports.peer)}`],
      // Nothing of it has to outlive a power cut.
      '--unsafe-no-fsync',
    ],
    'kube-apiserver': [
      ...[`--etcd-servers=${url(ports.etcd)}`, `--bind-address=${LOOPBACK}`, `--secure-port=${ports.api}`],
      ...[`--advertise-address=${LOOPBACK}`, '--endpoint-reconciler-type=none', `--cert-dir=${run}/certs`],
      ...['--service-cluster-ip-range=10.96.0.0/16', '--service-account-issuer=https://test'],
      ...[`--service-account-key-file=${run}/sa.key`, `--service-account-signing-key-file=${run}/sa.key`],
      ...[`--token-auth-file=${run}/tokens.csv`, '--authorization-mode=RBAC'],
      ...['--disable-admission-plugins=ServiceAccount', '--kubelet-preferred-address-types=Hostname'],
    ],
    'kube-controller-manager': [
      ...client,
      `--secure-port=${ports.controllers}`,
      `--cert-dir=${run}/certs-controllers`,
    ],
    'kube-scheduler': [...client, `--secure-port=${ports.scheduler}`],
    kubelet: [
      ...[`--kubeconfig=${run}/kubeconfig`, `--config=${run}/kubelet.json`, `--root-dir=${run}/kubelet`],
      '--hostname-override=localhost',
    ],
  };
}
