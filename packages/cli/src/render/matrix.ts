import type { CellOutcome } from '../build/matrix-cell.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Style } from '../terminal/style.js';
import { table } from './table.js';

/** 6 if a compile command failed, 1 if a target was missed, else what an error of ours stands for. */
export function matrixExitCode(cells: readonly CellOutcome[]): ExitCode {
  if (cells.some(({ status }) => status === 'failed')) return EXIT.compileFailed;
  if (cells.some(({ status }) => status === 'missed')) return EXIT.refused;
  return cells.find(({ exitCode }) => exitCode !== undefined)?.exitCode ?? EXIT.done;
}

const GOOD: ReadonlySet<CellOutcome['status']> = new Set(['compiled', 'cached', 'fetched', 'planned']);

/** One table of all cells: how each ended, in what time, and where its log is; then the sum. */
export function describeMatrix(
  cells: readonly CellOutcome[],
  seconds: number,
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const rows = cells.map(({ name, status, seconds: time, message, log }) => {
    const good = GOOD.has(status);
    return [
      { text: name },
      { text: status, paint: good ? style.green : style.red },
      { text: `${time.toFixed(1)} s` },
      { text: [message, log].filter((part) => part !== undefined && part !== null).join(': ') },
    ];
  });
  const count = (status: CellOutcome['status']): number =>
    cells.filter((cell) => cell.status === status).length;
  const words = ['compiled', 'cached', 'fetched', 'planned', 'failed', 'missed', 'error'] as const;
  const sum = words.flatMap((word) => (count(word) === 0 ? [] : [`${count(word)} ${word}`])).join(', ');
  return [
    ...table(rows, { width, indent: 0 }),
    `${cells.length} cells in ${seconds.toFixed(1)} s: ${sum}`,
  ].join('\n');
}
