import { describe, expect, it } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { digestOf, readPod, readReceipts, type ContainerAccount, type PodAccount } from './pod-state.js';
import { refuseMisfortune, refuseTransfer, stepResult } from './verdict.js';

/** A pod as the API server of 1.30 says it, shortened. */
function pod(status: object, metadata: object = {}): PodAccount {
  const told: unknown = {
    metadata: { name: 'job-2-x', labels: { 'batch.kubernetes.io/job-completion-index': '2' }, ...metadata },
    spec: { nodeName: 'node-1', containers: [] },
    status,
  };
  return readPod(told as V1Pod);
}

const waiting = (reason: string, message = ''): object => ({
  phase: 'Pending',
  initContainerStatuses: [{ name: 'step-0', imageID: '', state: { waiting: { reason, message } } }],
});

describe('a pod', () => {
  it('is read with its containers', () => {
    const account = pod({
      phase: 'Running',
      initContainerStatuses: [
        { name: 'fetch', imageID: 'x@sha256:1', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
        { name: 'step-0', imageID: 'sha256:2', state: { running: { startedAt: new Date() } } },
      ],
      containerStatuses: [{ name: 'store', imageID: '', state: { waiting: { reason: 'PodInitializing' } } }],
    });
    expect(account).toMatchObject({
      name: 'job-2-x',
      index: 2,
      phase: 'Running',
      node: 'node-1',
      disrupted: false,
    });
    expect([...account.containers]).toEqual([
      ['fetch', { state: 'ended', exitCode: 0, reason: 'Completed', imageId: 'x@sha256:1' }],
      ['step-0', { state: 'running', imageId: 'sha256:2' }],
      ['store', { state: 'waiting', reason: 'PodInitializing' }],
    ]);
    refuseMisfortune(account);
  });

  it('says why it waits for a node', () => {
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    expect(pod({ phase: 'Pending', conditions }).unscheduled).toBe(message);
  });

  it('has its index in an annotation in older clusters', () => {
    const annotations = { 'batch.kubernetes.io/job-completion-index': '7' };
    expect(pod({ phase: 'Pending' }, { labels: {}, annotations }).index).toBe(7);
  });

  it.each<[string, object, string]>([
    [
      'an image that no registry has',
      waiting('ImagePullBackOff', 'Back-off pulling image "x"'),
      'image-missing',
    ],
    ['an image that may not be pulled', waiting('ErrImageNeverPull', 'not present'), 'image-missing'],
    ['a name that is none', waiting('InvalidImageName', 'couldn\u2019t parse'), 'image-missing'],
    [
      'a container that is refused',
      waiting('CreateContainerConfigError', 'image will run as root'),
      'engine-lost',
    ],
    [
      'no shell',
      {
        phase: 'Failed',
        initContainerStatuses: [
          {
            name: 'step-0',
            imageID: 'x',
            state: { terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "sh"' } },
          },
        ],
      },
      'tool-missing',
    ],
    [
      'a full volume',
      {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'Usage of EmptyDir volume "files" exceeds the limit "4Gi".',
      },
      'no-space',
    ],
    [
      'a node without memory',
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
      'node-lost',
    ],
    [
      'a node that is shut down',
      { phase: 'Failed', reason: 'Terminated', message: 'Pod was terminated' },
      'node-lost',
    ],
    [
      'a node that is lost',
      {
        phase: 'Running',
        conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' }],
      },
      'node-lost',
    ],
    ['a kubelet that is silent', { phase: 'Unknown' }, 'node-lost'],
  ])('meets with %s', (_what, status, code) => {
    expect(() => {
      refuseMisfortune(pod(status));
    }).toThrow(expect.objectContaining({ code }));
  });

  it('is lost where somebody deletes it', () => {
    const deleted = pod({ phase: 'Running' }, { deletionTimestamp: new Date() });
    expect(() => {
      refuseMisfortune(deleted);
    }).toThrow(expect.objectContaining({ code: 'node-lost' }));
  });

  it.each([
    waiting('PodInitializing'),
    waiting('ContainerCreating'),
    waiting('ErrImagePull', 'timeout'),
    waiting('CreateContainerConfigError', 'secret "x" not found'),
    { phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than' },
  ])('is waited for: %j', (status) => {
    refuseMisfortune(pod(status));
  });
});

describe('a step', () => {
  const step = { name: 'build', command: ['make'] as const, folder: '/source', env: {} };
  const ended = (more: Partial<ContainerAccount>): ContainerAccount => ({ state: 'ended', ...more });
  const failed = { status: 'failed', step: 'build', command: ['make'] };

  it.each<[string, ContainerAccount, string | undefined, object | undefined]>([
    ['well', ended({ exitCode: 0, reason: 'Completed' }), undefined, undefined],
    ['with a code', ended({ exitCode: 7, reason: 'Error' }), undefined, { ...failed, exitCode: 7 }],
    ['by a signal', ended({ exitCode: 139 }), undefined, { ...failed, exitCode: 139, signal: 'SIGSEGV' }],
    [
      'out of memory',
      ended({ exitCode: 137, reason: 'OOMKilled' }),
      undefined,
      { ...failed, exitCode: 137, signal: 'SIGKILL', reason: 'out-of-memory' },
    ],
    [
      'with a child that ran out of memory',
      ended({ exitCode: 2, reason: 'Error', message: 'oom' }),
      undefined,
      { ...failed, exitCode: 2, reason: 'out-of-memory' },
    ],
    [
      'by the pod\u2019s deadline',
      ended({ exitCode: 137, reason: 'Error' }),
      'DeadlineExceeded',
      { ...failed, exitCode: 137, signal: 'SIGKILL', reason: 'time-limit' },
    ],
  ])('ends %s', (_how, container, reason, result) => {
    expect(stepResult(step, container, reason === undefined ? {} : { reason })).toEqual(result);
  });

  it('names the program that is not there, and believes no exit code alone', () => {
    expect(() => stepResult(step, ended({ exitCode: 127, message: 'missing' }), {})).toThrow(
      expect.objectContaining({ code: 'tool-missing', message: expect.stringContaining("'make'") }),
    );
    expect(stepResult(step, ended({ exitCode: 127 }), {})).toMatchObject({ exitCode: 127 });
  });
});

describe('fetching and storing', () => {
  it.each([
    [3, 'tool-missing'],
    [4, 'fetch-failed'],
    [5, 'integrity'],
    [6, 'no-space'],
    [137, 'engine-lost'],
  ])('end with %d: %s', (exitCode, code) => {
    expect(() => {
      refuseTransfer('fetch', { state: 'ended', exitCode, message: 'word\n' }, 's3://bucket/');
    }).toThrow(expect.objectContaining({ code }));
  });

  it('say what was sent', () => {
    const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];
    expect([...readReceipts(`0 ${one} 12\n1 ${other}     345\nnoise\n`)]).toEqual([
      [0, { sha256: one, size: 12 }],
      [1, { sha256: other, size: 345 }],
    ]);
    expect(readReceipts('0 abc 12\n').size).toBe(0);
  });

  it('know an image by its digest', () => {
    expect(digestOf('registry.example/x@sha256:1')).toBe('sha256:1');
    expect(digestOf('sha256:2')).toBe('sha256:2');
  });
});
