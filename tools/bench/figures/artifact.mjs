import path from 'node:path';
import { bucket, folderOf, libraries, ours, withServer } from '../s3-contest.mjs';

export const about = 'push and pull of libmxnet.so on a Versity Gateway of this machine, against `aws s3 cp`';

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run() {
  const { library } = libraries('mxnet_cu102-1.9.1');
  const address = `s3://${bucket}/aws/libmxnet.so`;
  const { pushed, pulled } = await withServer(({ bin, compare }) => {
    const aws = (...args) => [path.join(bin, 'aws'), 's3', 'cp', '--only-show-errors', ...args];
    return compare({
      pushes: { ours: ours('cu102', 'push', library), peer: aws(library, address) },
      pulls: {
        ours: ours('cu102', 'pull', folderOf('ours')),
        peer: aws(address, path.join(folderOf('peer'), 'libmxnet.so')),
      },
    });
  });
  const peerName = 'aws s3 cp';
  return [
    { what: 'push 739 MB, with sha256', ...pushed, peerName, atLeast: 1.3, memoryMiB: 256 },
    { what: 'pull 739 MB, checked', ...pulled, peerName, atLeast: 1.1, memoryMiB: 256 },
  ];
}
