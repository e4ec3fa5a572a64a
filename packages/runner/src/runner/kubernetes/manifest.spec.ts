import { describe, expect, it } from '@jest/globals';
import { jobManifest, papersManifest, probeManifest, type JobRequest } from './manifest.js';
import { labelValue, literal, uniqueName } from './names.js';
import { STEP } from './scripts.js';
import { bytesOf, checkKubernetesSettings, type KubernetesSettings } from './settings.js';

const settings: KubernetesSettings = {
  image: 'registry.example/build@sha256:abc',
  transferImage: 'curl:8',
  root: '/home/me/.cache/wheelwright',
  memory: '2g',
  cpus: 1.5,
  disk: '512m',
};
const request: JobRequest = {
  name: 'wheelwright-1',
  settings,
  owner: { label: 'host:12:345', uid: 1000, gid: 100 },
  seconds: 60.5,
  papers: [
    {
      steps: ['/source\nsecret word\n', 'two'],
      links: { '0.folder': '/x', '0.url': 'http://store/?signature' },
    },
    { steps: ['three'], links: { '0.folder': '/y' } },
  ],
};
const pod = () => jobManifest(request).spec!.template.spec!;
const containers = () => [...pod().initContainers!, ...pod().containers];

describe('the manifest of jobs', () => {
  it('is one indexed Job, in which a failure is nobody else\u2019s', () => {
    expect(jobManifest(request)).toMatchObject({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'wheelwright-1',
        labels: { 'app.kubernetes.io/managed-by': 'wheelwright' },
        annotations: { 'wheelwright/owner': 'host:12:345' },
      },
      spec: { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 0 },
    });
    expect(jobManifest(request).spec!.ttlSecondsAfterFinished).toBeGreaterThan(0);
  });

  it('fetches, runs each step in a container of its own, and stores', () => {
    expect(containers().map(({ name, image }) => [name, image])).toEqual([
      ['fetch', 'curl:8'],
      ['step-0', settings.image],
      ['step-1', settings.image],
      ['store', 'curl:8'],
    ]);
    expect(containers()[2]!.command!.slice(2)).toEqual([literal(STEP), 'sh', '1']);
    expect(pod()).toMatchObject({ restartPolicy: 'Never', activeDeadlineSeconds: 361 });
  });

  it('gives a pod nothing that it does not need', () => {
    expect(pod()).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 100,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(pod()).not.toHaveProperty('hostNetwork');
    for (const { securityContext, resources } of containers()) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources!.limits).toEqual({ memory: String(2 * 1024 ** 3), cpu: '1.5' });
    }
    for (const { emptyDir } of pod().volumes!.filter((volume) => volume.emptyDir !== undefined))
      expect(emptyDir!.sizeLimit).toMatch(/^(64Mi|536870912)$/);
  });

  it('is nobody in a pod who is root here', () => {
    const { spec } = jobManifest({ ...request, owner: { label: '', uid: 0, gid: 0 } });
    expect(spec!.template.spec!.securityContext).toMatchObject({ runAsUser: 65532, runAsGroup: 65532 });
  });

  it('has no secret, and shows the build no link', () => {
    for (const word of ['secret word', 'signature']) {
      expect(JSON.stringify(jobManifest(request))).not.toContain(word);
      expect(JSON.stringify(papersManifest(request))).toContain(word);
    }
    const mounts = (name: string) =>
      containers()
        .find((each) => each.name === name)!
        .volumeMounts!.map((each) => each.name);
    expect(mounts('step-0')).not.toContain('links');
    expect(mounts('fetch')).not.toContain('steps');
  });

  it('gives each pod its own papers', () => {
    expect(Object.keys(papersManifest(request).stringData!)).toEqual([
      ...['0.0.step', '0.1.step', '0.0.folder', '0.0.url', '1.0.step', '1.0.folder'],
    ]);
    const { secret } = pod().volumes!.find(({ name }) => name === 'steps')!;
    expect(secret!.items).toEqual([
      { key: '0.0.step', path: '0/0.step' },
      { key: '0.1.step', path: '0/1.step' },
      { key: '1.0.step', path: '1/0.step' },
    ]);
    for (const { volumeMounts } of containers())
      for (const mount of volumeMounts!.filter(({ name }) => ['steps', 'links'].includes(name)))
        expect(mount).toMatchObject({ subPathExpr: '$(JOB_COMPLETION_INDEX)', readOnly: true });
  });

  it('has one volume where the root is the folder of temporary files', () => {
    const { spec } = jobManifest({ ...request, settings: { ...settings, root: '/tmp' } });
    const paths = spec!.template.spec!.containers[0]!.volumeMounts!.map(({ mountPath }) => mountPath);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('looks at both images before', () => {
    const { initContainers, containers: last } = probeManifest(request).spec!.template.spec!;
    expect([initContainers![0]!.image, last[0]!.image]).toEqual(['curl:8', settings.image]);
  });
});

describe('words', () => {
  it.each([
    ['$HOME and $(NAME)', '$$HOME and $$(NAME)'],
    ['$$', '$$$$'],
    ['nothing', 'nothing'],
  ])('are literal: %j', (word, written) => {
    expect(literal(word)).toBe(written);
    // As Kubernetes reads it (its package third_party/forked/golang/expansion).
    expect(written.replaceAll('$$', '$')).toBe(word);
  });

  it.each([
    ['host.example.com', 'host.example.com'],
    ['-a b/c:d_', 'a-b-c-d'],
    ['x'.repeat(80), 'x'.repeat(63)],
    ['///', ''],
  ])('are values of labels: %j', (word, label) => {
    expect(labelValue(word)).toBe(label);
  });

  it('are unique names that leave room for a pod\u2019s', () => {
    expect(uniqueName()).toMatch(/^[a-z][-a-z0-9]{1,40}$/);
    expect(uniqueName()).not.toBe(uniqueName());
  });
});

describe('settings', () => {
  it.each([
    [{ image: '--privileged' }, "'--privileged' is no name of an image"],
    [{ transferImage: 'a b' }, "'a b' is no name of an image"],
    [{ root: '/' }, 'no folder of its own'],
    [{ root: 'relative' }, 'no folder of its own'],
    [{ root: '/a:b' }, 'colon'],
    [{ namespace: 'A/b' }, 'no name of a namespace'],
    [{ pullSecrets: ['a', '../b'] }, "'../b'"],
    [{ nodeSelector: { 'a b': 'c' } }, "'a b=c' is no label"],
    [{ memory: '1 GB' }, "memory is '1 GB'"],
    [{ cpus: -1 }, 'cpus is -1'],
  ])('are refused that are not what they should be: %j', (change, problem) => {
    expect(() => {
      checkKubernetesSettings({ ...settings, ...change });
    }).toThrow(expect.objectContaining({ code: 'bad-request', message: expect.stringContaining(problem) }));
  });

  it.each([
    ['512m', 512 * 1024 ** 2],
    ['8g', 8 * 1024 ** 3],
    ['8G', 8 * 1024 ** 3],
    ['8Gi', 8 * 1024 ** 3],
    ['100', 100],
  ])('are sizes, never parts of a byte: %s', (size, bytes) => {
    checkKubernetesSettings({ ...settings, memory: size });
    expect(bytesOf(size)).toBe(bytes);
  });
});
