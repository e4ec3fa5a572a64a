import { noSpace, RunnerError } from '../../error.js';
import type { JobResult, Step } from '../runner.js';
import { signalOfExitCode } from '../shell-exit.js';
import type { ContainerAccount, PodAccount } from './pod-state.js';
import { SCRIPT_EXITS } from './scripts.js';

/** Waiting reasons that no waiting mends. `ErrImagePull` is tried again first. */
const NO_IMAGE = new Set(['ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName', 'ImageInspectError']);
const REFUSED = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
/** A container whose first program the image doesn't have. */
const NOT_STARTED = new Set(['StartError', 'ContainerCannotRun']);
/** Pods that the cluster took away through no fault of theirs. */
const LOST = new Set([
  'NodeLost',
  'NodeShutdown',
  'Shutdown',
  'Terminated',
  'Preempting',
  'NodeAffinity',
  'UnexpectedAdmissionError',
]);

/**
 * What has befallen a pod that isn't the doing of what runs in it.
 *
 * @throws {@link RunnerError} `image-missing`, `node-lost`, `no-space`, `engine-lost`
 */
export function refuseMisfortune(pod: PodAccount): void {
  const { name, node = 'a node', reason = '', message = '', phase } = pod;
  for (const [container, { state, reason: why = '', message: what = '' }] of pod.containers) {
    if (state === 'waiting' && NO_IMAGE.has(why)) {
      throw new RunnerError('image-missing', `${node} can't have the image: ${what === '' ? why : what}`, {
        hint: 'is its name right, and may the nodes pull it (tool.wheelwright.compile.pull-secrets)?',
      });
    }
    if (state === 'waiting' && REFUSED.has(why) && !/not found|timed out|failed to sync/.test(what)) {
      throw new RunnerError('engine-lost', `${node} can't start ${container}: ${what}`, {
        hint: 'the words are Kubernetes\u2019 own',
      });
    }
    if (state === 'ended' && NOT_STARTED.has(why)) {
      throw new RunnerError('tool-missing', `the image can't start '${container}': ${what.trim()}`, {
        hint: 'it needs a shell, sh, and env',
      });
    }
  }
  if (reason === 'Evicted' && /ephemeral|emptydir|disk|storage/i.test(message)) {
    throw noSpace(`the volume of ${name} (${message})`, {
      hint: 'give it more: tool.wheelwright.compile.disk',
    });
  }
  if (reason === 'DeadlineExceeded') return;
  if (pod.disrupted || LOST.has(reason) || reason === 'Evicted' || phase === 'Unknown') {
    throw new RunnerError(
      'node-lost',
      `kubernetes: ${name} was lost with ${node}: ${message || reason || phase}`,
    );
  }
}

/**
 * How a step's container ended.
 *
 * @returns undefined where it ended well
 * @throws {@link RunnerError} `tool-missing` for a program that the image doesn't have
 */
export function stepResult(
  step: Step,
  { exitCode = 0, reason, message }: ContainerAccount,
  pod: Pick<PodAccount, 'reason'>,
): JobResult | undefined {
  const failed = { status: 'failed', step: step.name, command: step.command } as const;
  const signal = signalOfExitCode(exitCode);
  const how = { exitCode, ...(signal === undefined ? {} : { signal }) };
  if (pod.reason === 'DeadlineExceeded') return { ...failed, ...how, reason: 'time-limit' };
  if (exitCode === 0) return undefined;
  if (exitCode === 127 && message === 'missing') {
    const [program] = step.command;
    throw new RunnerError(
      'tool-missing',
      `the program '${program}' is not there (in the image, started in ${step.folder})`,
      {
        hint: 'choose an image that has it',
      },
    );
  }
  const starved = reason === 'OOMKilled' || message === 'oom';
  return { ...failed, ...how, ...(starved ? { reason: 'out-of-memory' } : {}) };
}

/**
 * Looks at how fetching or storing ended.
 *
 * @throws {@link RunnerError} `tool-missing`, `fetch-failed`, `integrity`, `no-space`, `engine-lost`
 */
export function refuseTransfer(
  name: 'fetch' | 'store' | 'transfer',
  { exitCode = 0, reason = '', message = '' }: ContainerAccount,
  store: string,
): void {
  if (exitCode === 0) return;
  const what = message.trim();
  const verb = name === 'store' ? 'send its results to' : 'fetch its sources from';
  switch (exitCode) {
    case SCRIPT_EXITS.noProgram:
      throw new RunnerError('tool-missing', `the image that fetches and stores has no ${what}`, {
        hint: 'name one that has sh, tar, gzip, sha256sum and curl, wget or python3: tool.wheelwright.compile.transfer-image',
      });
    case SCRIPT_EXITS.notTransferred:
      throw new RunnerError('fetch-failed', `the pod can't ${verb} ${store}: ${what}`, {
        hint: 'does the store have an address that pods reach?',
      });
    case SCRIPT_EXITS.notAsSent:
      throw new RunnerError(
        'integrity',
        `what the pod fetched from ${store} for ${what} is not what was sent`,
      );
    case SCRIPT_EXITS.noSpace:
      throw noSpace(`the volume of the pod (${what})`, {
        hint: 'give it more: tool.wheelwright.compile.disk',
      });
    default:
      throw new RunnerError('engine-lost', `kubernetes: ${name} ended with ${exitCode} ${reason}: ${what}`, {
        hint: 'the words are Kubernetes\u2019 own',
      });
  }
}
