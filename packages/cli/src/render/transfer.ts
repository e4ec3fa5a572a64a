import type { TransferProgress } from '@wheelwright/artifact';
import type { Reporter } from '../terminal/reporter.js';
import { formatSize } from './size.js';

/** The shortest time between two updates of a line, in milliseconds. */
const interval = 100;

/**
 * Shows a transfer as it goes: how much, how fast, how long still.
 * @param now - a clock in milliseconds
 */
export function transferProgress(
  reporter: Reporter,
  now: () => number = () => performance.now(),
): (progress: TransferProgress) => void {
  const begun = now();
  let shown = -interval;
  return (progress) => {
    const elapsed = now() - begun;
    if (elapsed - shown < interval && progress.done < progress.total) return;
    shown = elapsed;
    reporter.detail(describeTransfer(progress, elapsed));
  };
}

/** `12.3 MB of 740.0 MB, 98.0 MB/s, 8 s left: libmxnet.so` */
export function describeTransfer({ done, total, file }: TransferProgress, elapsed: number): string {
  const rate = elapsed > 0 ? done / (elapsed / 1000) : 0;
  const left =
    rate > 0 ? `, ${formatSize(Math.round(rate))}/s, ${Math.ceil((total - done) / rate)} s left` : '';
  return `${formatSize(done)} of ${formatSize(total)}${left}: ${file}`;
}
