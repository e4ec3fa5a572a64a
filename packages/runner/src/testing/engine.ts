import { execFileSync } from 'node:child_process';
import type { Requirement } from '@wheelwright/testing';
import { LABEL, thisOwner } from '../runner/docker/owner.js';

/** The images that tools/services/install imports: one with compilers, and the oldest userland there is. */
export const IMAGE = 'wheelwright-test:bookworm';
export const OLDEST_IMAGE = 'wheelwright-test:bullseye';

/** What a test needs of an engine: that there is one, and that it has an image. */
export function engineWith(image: string): Requirement {
  const met = engine(['image', 'inspect', image]) !== undefined;
  return { met, reason: `no container engine that has ${image}: tools/services/install brings both` };
}

/** Small enough to be reached in no time. */
export const SMALL = { memory: '256m', disk: '16m', pids: 64 } as const;

/** The containers of this process: other users of the engine have some too. */
export function ownContainers(): string[] {
  const label = `label=${LABEL}=${thisOwner().label}`;
  return (engine(['ps', '--all', '--quiet', '--filter', label]) ?? '').split('\n').filter((id) => id !== '');
}

/** Asks the engine of these tests; undefined where it refuses, or where there is none. */
export function engine(args: readonly string[], env: NodeJS.ProcessEnv = process.env): string | undefined {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync('docker', args, {
      stdio: [...stdio],
      timeout: 120_000,
      encoding: 'utf8',
      env,
    }).trim();
  } catch {
    return undefined;
  }
}
