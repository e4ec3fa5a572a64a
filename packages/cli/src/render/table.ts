/** A cell's text, and how it is coloured: after it has been laid out, so that colours take no room. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** A column is as wide as its longest line, and no wider than its share of what there is. */
export interface TableOptions {
  /** Columns of the terminal that the table may take, with its indent. */
  readonly width: number;
  readonly indent: number;
}

const GAP = 2;
const NARROWEST = 12;

/** Lays rows out in columns; what doesn't fit goes on in the next line of its column. */
export function table(rows: readonly (readonly Cell[])[], { width, indent }: TableOptions): string[] {
  const widths = columnWidths(rows, width - indent);
  return rows.flatMap((row) => {
    const cells = row.map(({ text }, at) => wrap(text, widths[at] ?? NARROWEST));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) => {
      const parts = cells.map((lines, at) => {
        const text = lines[line] ?? '';
        const padding = at === cells.length - 1 ? '' : ' '.repeat((widths[at] ?? 0) - text.length + GAP);
        return `${row[at]?.paint?.(text) ?? text}${padding}`;
      });
      return `${' '.repeat(indent)}${parts.join('')}`.trimEnd();
    });
  });
}

/** The last column holds prose: it gives way first, down to this. */
const PROSE = 34;

/** What columns need; where that is too much, the last one is cut down first, then the widest, until they fit. */
function columnWidths(rows: readonly (readonly Cell[])[], width: number): number[] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(0, ...rows.flatMap((row) => (row[at]?.text ?? '').split('\n').map(({ length }) => length))),
  );
  const room = Math.max(width - GAP * (count - 1), NARROWEST * count);
  const excess = (): number => widths.reduce((sum, each) => sum + each, 0) - room;
  const last = widths.length - 1;
  const prose = widths[last] ?? 0;
  widths[last] = Math.max(prose - Math.max(excess(), 0), Math.min(prose, PROSE));
  while (excess() > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Breaks text at spaces, and inside a word only where it is longer than a line; `\n` breaks always. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ').flatMap((whole) => pieces(whole, width))) {
      if (line === '') line = word;
      else if (line.length + 1 + word.length <= width) line += ` ${word}`;
      else {
        lines.push(line);
        line = word;
      }
    }
    return [...lines, line];
  });
}

/** A word in pieces that fit: cut behind a `/` where there is one, as paths are read. */
function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  let rest = word;
  while (rest.length > width) {
    const slash = rest.lastIndexOf('/', width - 1);
    const cut = slash > 0 ? slash + 1 : width;
    found.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...found, rest];
}
