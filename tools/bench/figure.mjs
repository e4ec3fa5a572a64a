/**
 * A row of a comparison: what was measured, what was compared, and the bounds that it promises to keep.
 *
 * @typedef {object} Row
 * @property {string} what the work, such as `audit torch-2.4.0`
 * @property {import('./measure.mjs').Measurement} ours
 * @property {string} peerName
 * @property {import('./measure.mjs').Measurement} peer
 * @property {number} [atLeast] how many times faster than the peer we promise to be
 * @property {number} [atMost] how many times the peer's time we may take (for a floor as the peer)
 * @property {number} [memoryMiB] the peak resident memory that we may take
 */

/** How many times faster than the peer we were. @param {Row} row */
const speedup = ({ ours, peer }) => peer.seconds / ours.seconds;

/** Whether a row misses one of its bounds. @param {Row} row */
export function fallsShort(row) {
  return (
    (row.atLeast !== undefined && speedup(row) < row.atLeast) ||
    (row.atMost !== undefined && 1 / speedup(row) > row.atMost) ||
    (row.memoryMiB !== undefined && row.ours.peakMiB > row.memoryMiB)
  );
}

const seconds = (value) => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`);
const spread = ({ seconds: median, all }) =>
  all.length > 1 ? ` ±${Math.round((100 * (Math.max(...all) - Math.min(...all))) / 2 / median)}%` : '';

function promise({ atLeast, atMost, memoryMiB }) {
  return [
    atLeast === undefined ? undefined : `≥ ${atLeast}×`,
    atMost === undefined ? undefined : `≤ ${atMost}× its time`,
    memoryMiB === undefined ? undefined : `≤ ${Math.round(memoryMiB)} MiB`,
  ]
    .filter((word) => word !== undefined)
    .join(', ');
}

/** The rows as a Markdown table: ratios first, since machines differ and are noisy. @param {Row[]} rows */
export function table(rows) {
  const head = ['', 'ours', 'peer', 'times faster', 'our memory', 'its memory', 'promised', ''];
  const cells = rows.map((row) => [
    row.what,
    seconds(row.ours.seconds) + spread(row.ours),
    `${row.peerName} ${seconds(row.peer.seconds)}${spread(row.peer)}`,
    `${speedup(row).toFixed(2)}`,
    `${Math.round(row.ours.peakMiB)} MiB`,
    `${Math.round(row.peer.peakMiB)} MiB`,
    promise(row),
    fallsShort(row) ? 'SHORT' : '',
  ]);
  const lines = [head, head.map(() => '---'), ...cells];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
