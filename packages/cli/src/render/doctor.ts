import type { JudgedFinding } from '../doctor/finding.js';
import type { Style } from '../terminal/style.js';
import { table, type Cell } from './table.js';

const TITLES: Readonly<Record<JudgedFinding['group'], string>> = {
  toolchain: 'toolchains',
  engine: 'engines',
  cluster: 'clusters',
  python: 'Python',
  store: 'store',
};

/** At most: it is read beside other windows. */
const WIDTH = 100;

/** What is here, and what each missing thing costs, in a table for each group. */
export function describeFindings(
  findings: readonly JudgedFinding[],
  { style, width = WIDTH }: { readonly style: Style; readonly width?: number | undefined },
): string {
  const rows = findings.map((finding) => ({ group: finding.group, cells: rowOf(finding, style) }));
  const [first = 0, second = 0] = [0, 1].map((at) =>
    Math.max(...rows.map(({ cells }) => cells[at]?.text.length ?? 0)),
  );
  const groups = [...new Set(rows.map(({ group }) => group))];
  const lines = groups.flatMap((group, index) => {
    // Padded alike, so that the groups' columns stand below one another.
    const cells = rows
      .filter((row) => row.group === group)
      .map((row) =>
        row.cells.map((cell, at) => ({ ...cell, text: cell.text.padEnd([first, second][at] ?? 0) })),
      );
    const layout = { width: Math.min(width, WIDTH), indent: 2 };
    return [...(index === 0 ? [] : ['']), style.bold(TITLES[group]), ...table(cells, layout)];
  });
  const lacking = findings.filter(
    ({ needed, status }) => needed && status !== 'here' && status !== 'installed-on-demand',
  );
  const verdict =
    lacking.length === 0
      ? `${style.green('✔')} nothing is missing that this project needs`
      : `${style.red('✗')} this project needs ${lacking.map(({ name }) => name).join(', ')}`;
  return [...lines, '', verdict].join('\n');
}

function rowOf({ name, status, version, detail, cost, needed }: JudgedFinding, style: Style): Cell[] {
  const marks = { here: '✔', missing: needed ? '✗' : '-', broken: '✗', 'installed-on-demand': '·' } as const;
  const paint =
    status === 'here' ? style.green : needed && status !== 'installed-on-demand' ? style.red : style.dim;
  const why = status === 'here' ? detail : [detail, cost].filter((text) => text !== '').join('; ');
  return [
    { text: `${marks[status]} ${name}${needed ? ' (needed)' : ''}`, paint },
    { text: version ?? (status === 'here' ? 'here' : status.replaceAll('-', ' ')) },
    { text: why },
  ];
}
