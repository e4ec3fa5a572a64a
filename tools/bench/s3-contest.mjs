import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchS3Server } from '@wheelwright/testing/s3';
import { installRequirements } from '../oracles/virtual-environment.mjs';
import { measure } from './measure.mjs';
import { wheelwright } from './program.mjs';
import { emptyFolder, scratch, unpacked } from './wheels.mjs';

const memory = fileURLToPath(new URL('contestants/own-memory.py', import.meta.url));
export const bucket = 'artifacts';
export const commit = 'c'.repeat(40);

/** What a contestant wrote before must not be on its way to the disk while the next one writes, nor memory be away. */
function settle() {
  execFileSync('sync');
  execFileSync('python3', [memory]);
}

/** The libraries of a published wheel: its own, and those that its static build brings along. */
export function libraries(prefix) {
  const folder = path.join(unpacked(prefix), 'mxnet');
  const [library, ...dependencies] = ['libmxnet.so', 'libopenblas.so.0', 'libgfortran.so.3'].map((name) =>
    path.join(folder, name),
  );
  return { library, dependencies };
}

/** Where a contestant pulls to. */
export const folderOf = (name) => path.join(scratch, `pull-${name}`);

/** The command line of ours, on the bucket. */
export const ours = (variant, ...args) =>
  wheelwright(
    'artifact',
    ...args,
    ...['--variant', variant, '--bucket', bucket, '--static', '--os', 'ubuntu16.04', '--git-sha', commit],
  );

/**
 * Runs `work` with a Versity Gateway and with what Amazon's Python packages need.
 *
 * @param {(contest: { bin: string, compare: Function }) => Promise<unknown>} work `compare({ pushes, pulls })` measures
 *   the pushes into an empty bucket in turn, then the pulls of what was pushed
 */
export async function withServer(work) {
  const { bin } = installRequirements(new URL('../oracles/more/aws.txt', import.meta.url), 'aws');
  const server = await launchS3Server();
  const env = { ...server.environment, AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' };
  const emptyBucket = async () => {
    rmSync(path.join(server.buckets, bucket), { recursive: true, force: true });
    await server.makeBucket(bucket);
    settle();
  };
  const contest = (contestants, before) =>
    measure(
      Object.fromEntries(
        Object.entries(contestants).map(([name, argv]) => [name, { argv, env, before: () => before(name) }]),
      ),
    );
  const compare = async ({ pushes, pulls }) => {
    const pushed = await contest(pushes, emptyBucket);
    // Each pulls what it pushed itself: both lie in the bucket now.
    await emptyBucket();
    for (const [program, ...args] of Object.values(pushes))
      execFileSync(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
    const pulled = await contest(pulls, (name) => {
      emptyFolder(`pull-${name}`);
      settle();
    });
    return { pushed, pulled };
  };
  try {
    return await work({ bin, compare });
  } finally {
    await server.close();
  }
}
