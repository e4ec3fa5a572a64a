import { quoted, WheelError } from './error.js';
import { fieldValues, formatHeaderFields, parseHeaderFields } from './header-fields.js';
import { expandTags, type WheelTags } from './tag.js';

/** The text of `WHEEL` as it's written: one `Tag` for each combination of the file name's tags. */
export interface WheelFileInput {
  /** Who made the wheel: `wheelwright 0.1.0`. */
  readonly generator: string;
  /** False where the content belongs into platlib, as compiled code does. */
  readonly rootIsPurelib: boolean;
  readonly tags: WheelTags;
  readonly build?: string;
}

/** What a `WHEEL` file says. */
export interface WheelFile {
  readonly wheelVersion: string;
  readonly generator?: string;
  readonly rootIsPurelib: boolean;
  /** Expanded: `cp311-cp311-linux_x86_64`. */
  readonly tags: readonly string[];
  readonly build?: string;
}

/** Writes `WHEEL` (PyPA binary distribution format, version 1.0). Throws `bad-wheel-file` or `bad-tag`. */
export function wheelFileText(input: WheelFileInput): string {
  return formatHeaderFields(
    [
      ['Wheel-Version', '1.0'],
      ['Generator', input.generator],
      ['Root-Is-Purelib', String(input.rootIsPurelib)],
      ...expandTags(input.tags).map((tag) => ['Tag', tag] as const),
      ...(input.build === undefined ? [] : [['Build', input.build] as const]),
    ],
    'bad-wheel-file',
  );
}

/**
 * Reads `WHEEL`. Fields that it doesn't know are passed over, as the format asks. Throws `bad-wheel-file` where
 * a field that every installer needs is missing, given twice or not understood.
 */
export function parseWheelFile(text: string): WheelFile {
  const fields = parseHeaderFields(text, 'bad-wheel-file');
  const single = (name: string): string | undefined => {
    const values = fieldValues(fields, name);
    if (values.length > 1)
      throw new WheelError('bad-wheel-file', `WHEEL has ${values.length} ${name} fields`);
    return values[0];
  };
  const wheelVersion = single('Wheel-Version');
  if (wheelVersion === undefined || !/^\d+\.\d+$/.test(wheelVersion)) {
    throw new WheelError(
      'bad-wheel-file',
      `WHEEL needs a Wheel-Version such as 1.0, not ${shown(wheelVersion)}`,
    );
  }
  const purelib = single('Root-Is-Purelib');
  if (purelib === undefined || !/^(?:true|false)$/i.test(purelib)) {
    throw new WheelError(
      'bad-wheel-file',
      `WHEEL needs Root-Is-Purelib: true or false, not ${shown(purelib)}`,
    );
  }
  const generator = single('Generator');
  const build = single('Build');
  return {
    wheelVersion,
    rootIsPurelib: purelib.toLowerCase() === 'true',
    tags: fieldValues(fields, 'Tag'),
    ...(generator === undefined ? {} : { generator }),
    ...(build === undefined ? {} : { build }),
  };
}

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : quoted(value);
}
