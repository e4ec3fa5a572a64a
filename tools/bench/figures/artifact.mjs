import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchS3Server } from '@wheelwright/testing/s3';
import { installRequirements } from '../../oracles/virtual-environment.mjs';
import { measure } from '../measure.mjs';
import { wheelwright } from '../program.mjs';
import { emptyFolder, scratch, unpacked } from '../wheels.mjs';

export const about =
  'push and pull of libmxnet.so on a Versity Gateway of this machine, against `aws s3 cp` and what MXNet’s own script does with boto3';

const script = fileURLToPath(new URL('../contestants/boto3-artifact.py', import.meta.url));
const bucket = 'artifacts';
const commit = 'c'.repeat(40);

/** What a contestant wrote before must not be on its way to the disk while the next one writes. */
const settle = () => execFileSync('sync');

/** The libraries of a published wheel: its own, and those that its static build brings along. */
function libraries(prefix) {
  const folder = path.join(unpacked(prefix), 'mxnet');
  const [library, ...dependencies] = ['libmxnet.so', 'libopenblas.so.0', 'libgfortran.so.3'].map((name) =>
    path.join(folder, name),
  );
  return { library, dependencies };
}

/** One push and one pull, of ours and of a peer. */
async function compare({ server, env, pushes, pulls, runs }) {
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
      { runs },
    );
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
}

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  const { bin } = installRequirements(new URL('../../oracles/more/aws.txt', import.meta.url), 'aws');
  const python = path.join(bin, 'python');
  const server = await launchS3Server();
  const env = { ...server.environment, AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' };
  const identity = ['--bucket', bucket, '--static', '--os', 'ubuntu16.04', '--git-sha', commit];
  const ours = (variant, ...args) => wheelwright('artifact', ...args, '--variant', variant, ...identity);
  const folder = (name) => path.join(scratch, `pull-${name}`);
  const rows = [];
  try {
    const { library, dependencies } = libraries('mxnet_cu102-1.9.1');
    log('libmxnet.so alone, 739 MB');
    const aws = (...args) => [python, path.join(bin, 'aws'), 's3', 'cp', '--only-show-errors', ...args];
    const address = `s3://${bucket}/aws/libmxnet.so`;
    const single = await compare({
      server,
      env,
      runs: 3,
      pushes: { ours: ours('cu102', 'push', library), peer: aws(library, address) },
      pulls: {
        ours: ours('cu102', 'pull', folder('ours')),
        peer: aws(address, folder('peer') + '/libmxnet.so'),
      },
    });
    const peerName = 'aws s3 cp';
    rows.push(
      { what: 'push 739 MB, with sha256', ...single.pushed, peerName, atLeast: 1.3, memoryMiB: 256 },
      { what: 'pull 739 MB, checked', ...single.pulled, peerName, atLeast: 1.1, memoryMiB: 256 },
    );
    for (const [what, wheel, variant] of [
      ['184 MB in 3 files', 'mxnet-1.9.1', 'cpu'],
      ['770 MB in 3 files', 'mxnet_cu102-1.9.1', 'cu102'],
    ]) {
      log(what);
      const set = libraries(wheel);
      const prefix = `script/${commit}/static/ubuntu16.04/${variant}`;
      const boto3 = (...args) => [python, script, ...args];
      const { pushed, pulled } = await compare({
        server,
        env,
        runs: 3,
        pushes: {
          ours: ours(variant, 'push', set.library, '--dependencies', ...set.dependencies),
          peer: boto3('push', bucket, prefix, set.library, ...set.dependencies),
        },
        pulls: {
          ours: ours(variant, 'pull', folder('ours')),
          peer: boto3('pull', bucket, prefix, folder('peer')),
        },
      });
      const script3 = { peerName: 'boto3, as MXNet’s script', atLeast: 1, memoryMiB: 256 };
      rows.push(
        { what: `push ${what}`, ...pushed, ...script3 },
        { what: `pull ${what}`, ...pulled, ...script3 },
      );
    }
  } finally {
    await server.close();
  }
  return rows;
}
