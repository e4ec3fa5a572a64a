import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { measure } from '../measure.mjs';
import { oracle, wheelwright } from '../program.mjs';
import { emptyFolder, unpacked } from '../wheels.mjs';

export const about =
  'an unpacked wheel becomes a wheel again, level 6: against `wheel pack`, `zip -r` and yazl';

/** Our archive may be this much larger than Python's: blocks end in a sync flush. */
const LARGER_AT_MOST = 1.025;
const yazl = fileURLToPath(new URL('../contestants/yazl-pack.mjs', import.meta.url));

const sizeIn = (folder) => {
  const [name] = readdirSync(folder);
  return statSync(path.join(folder, name)).size;
};

function contestants(tree) {
  const folder = (name) => emptyFolder(`pack-${name}`);
  const ours = folder('ours');
  const wheel = folder('wheel');
  const zip = folder('zip');
  const yazlOut = folder('yazl');
  return {
    folders: { ours, wheel },
    programs: {
      ours: { argv: wheelwright('pack', tree, '--out', ours), before: () => emptyFolder('pack-ours') },
      wheel: { argv: [oracle('wheel'), 'pack', '--dest-dir', wheel, tree] },
      zip: {
        argv: ['zip', '-qr', path.join(zip, 'a.zip'), '.'],
        cwd: tree,
        before: () => emptyFolder('pack-zip'),
      },
      yazl: { argv: [process.execPath, yazl, tree, path.join(yazlOut, 'a.zip')] },
    },
  };
}

/** @returns {Promise<import('../figure.mjs').Row[]>} */
export async function run(log) {
  const rows = [];
  const small = contestants(unpacked('mxnet-1.9.1'));
  const first = await measure(small.programs);
  const ratio = sizeIn(small.folders.ours) / sizeIn(small.folders.wheel);
  log(`mxnet 1.9.1: our archive is ${((ratio - 1) * 100).toFixed(2)} % larger than Python's`);
  if (ratio > LARGER_AT_MOST) throw new Error(`our archive is ${ratio} times as large as Python's`);
  const row = (peer, bounds) => ({
    what: 'pack mxnet 1.9.1',
    ours: first.ours,
    peerName: peer,
    peer: first[peer],
    ...bounds,
  });
  rows.push(row('wheel', { atLeast: 2.7, memoryMiB: 256 }), row('zip', { atLeast: 2.7 }), row('yazl', {}));
  const large = contestants(unpacked('mxnet_cu102-1.9.1'));
  const { ours, wheel } = large.programs;
  const second = await measure({ ours, wheel }, { runs: 1 });
  rows.push({
    what: 'pack mxnet_cu102 1.9.1',
    ours: second.ours,
    peerName: 'wheel',
    peer: second.wheel,
    memoryMiB: 256,
  });
  return rows;
}
