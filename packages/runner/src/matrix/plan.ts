/** What a matrix is made of. An empty axis has one point, which asks for nothing. */
export interface MatrixAxes {
  readonly variants: readonly string[];
  readonly targets: readonly string[];
  /** Versions of Python, for extensions; empty for libraries that no Python in particular loads. */
  readonly pythons: readonly string[];
}

/** One compilation of a matrix. */
export interface Cell {
  /** A folder's name, and unique in its matrix. */
  readonly name: string;
  readonly variant?: string;
  readonly target?: string;
  readonly python?: string;
}

/**
 * All cells of a matrix: variants, in them targets, in them Pythons, each in the order given and each only once.
 * A library that is loaded through ctypes has no Pythons, and so is compiled once for all of them.
 */
export function planCells({ variants, targets, pythons }: MatrixAxes): Cell[] {
  const points = (axis: readonly string[]): readonly (string | undefined)[] =>
    axis.length === 0 ? [undefined] : [...new Set(axis)];
  return points(variants).flatMap((variant) =>
    points(targets).flatMap((target) =>
      points(pythons).map((python): Cell => {
        const parts = [variant, target, python === undefined ? undefined : `cp${python.replace('.', '')}`];
        const name = parts.filter((part) => part !== undefined).join('-');
        return {
          name: name === '' ? 'default' : name,
          ...(variant === undefined ? {} : { variant }),
          ...(target === undefined ? {} : { target }),
          ...(python === undefined ? {} : { python }),
        };
      }),
    ),
  );
}
