import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bucket, commit, folderOf, libraries, ours, withServer } from '../s3-contest.mjs';

export const about =
  'push and pull of libmxnet.so with its dependencies on a Versity Gateway, against what MXNet’s own script does with boto3';

const script = fileURLToPath(new URL('../contestants/boto3-artifact.py', import.meta.url));
const sets = [
  { what: '184 MB in 3 files', wheel: 'mxnet-1.9.1', variant: 'cpu' },
  { what: '770 MB in 3 files', wheel: 'mxnet_cu102-1.9.1', variant: 'cu102' },
];

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  const rows = [];
  await withServer(async ({ bin, compare }) => {
    for (const { what, wheel, variant } of sets) {
      log(what);
      const { library, dependencies } = libraries(wheel);
      const prefix = `script/${commit}/static/ubuntu16.04/${variant}`;
      const boto3 = (action, ...args) => [path.join(bin, 'python'), script, action, bucket, prefix, ...args];
      const { pushed, pulled } = await compare({
        pushes: {
          ours: ours(variant, 'push', library, '--dependencies', ...dependencies),
          peer: boto3('push', library, ...dependencies),
        },
        pulls: {
          ours: ours(variant, 'pull', folderOf('ours')),
          peer: boto3('pull', folderOf('peer')),
        },
      });
      const promise = { peerName: 'boto3, as MXNet’s script', atLeast: 1, memoryMiB: 256 };
      rows.push(
        { what: `push ${what}`, ...pushed, ...promise },
        { what: `pull ${what}`, ...pulled, ...promise },
      );
    }
  });
  return rows;
}
