import { staysInside } from '../containment.js';
import { RunnerError } from '../error.js';
import { runGroup } from '../runner/process-group.js';
import { runTool, type ToolContext } from '../runner/tool.js';
import { ArchiveBudget } from './limits.js';

/** What tar reads at once, uncompressed. */
const RECORD = 10 * 1024;
/** No path is longer: PATH_MAX is 4096, and each byte may be written as four. */
const MAX_LINE = 64 * 1024;

const HINT = 'archives are unpacked by GNU tar: install it';

/**
 * Unpacks a tar archive, compressed or not, into an existing folder. All members are looked at before anything
 * is written: their names, kinds and sizes. After that stands tar itself, which doesn't write through links that
 * it has just unpacked.
 *
 * @throws {@link RunnerError} `bad-archive`, `tool-missing`
 */
export async function unpackTar(
  archive: string,
  folder: string,
  origin: string,
  context: ToolContext,
): Promise<void> {
  const tar = {
    ...context,
    environment: { ...context.environment, TAR_OPTIONS: undefined, LC_ALL: 'C' },
    folder,
  };
  await listTar(archive, origin, tar, ({ kind, name }) => {
    if ('-dlhC'.includes(kind)) return;
    throw new RunnerError(
      'bad-archive',
      `${origin}: the archive's member '${name}' is neither file, folder nor link`,
    );
  });
  const args = ['--extract', '--file', archive, '--no-same-owner', '--no-same-permissions'];
  const result = await runTool('tar', args, { ...tar, hint: HINT });
  if (result.exitCode !== 0) throw unreadable(origin, result.stderr);
}

/** What tar says of a member. */
export interface TarMember {
  /** As `ls` has it: `-` a file, `d` a folder, `l` a link, `h` a hard link, `p` a pipe ... */
  readonly kind: string;
  readonly name: string;
  /** The name as it stands in the archive. */
  readonly bytes: Buffer;
}

/**
 * Lists a tar archive, compressed or not, without keeping its list. Names that lead outside and sizes that no honest
 * archive has are refused.
 *
 * @param onMember - may throw: the list ends then
 * @throws {@link RunnerError} `bad-archive`, `tool-missing`
 */
export async function listTar(
  archive: string,
  origin: string,
  context: ToolContext & { readonly folder: string },
  onMember: (member: TarMember) => void,
): Promise<void> {
  const budget = await ArchiveBudget.of(archive, origin);
  const said = { stdout: '', stderr: '' };
  const end = await runGroup({
    program: 'tar',
    // What is read shows on standard error, long before a member of many gigabytes has passed.
    args: [
      ...['--list', '--verbose', '--numeric-owner', '--quoting-style=c', '--file', archive],
      ...['--checkpoint=1000', '--checkpoint-action=echo=wheelwright %u'],
    ],
    folder: context.folder,
    env: context.environment,
    signal: context.signal,
    onOutput: (chunk, stream) => {
      const lines = (said[stream] + chunk.toString('latin1')).split('\n');
      said[stream] = lines.pop() ?? '';
      if (said[stream].length > MAX_LINE) throw odd(origin, said[stream]);
      if (stream === 'stdout') for (const line of lines) onMember(checkMember(line, origin, budget));
      else said.stderr = checkProgress(lines, said.stderr, budget);
    },
  });
  context.signal?.throwIfAborted();
  if ('missing' in end)
    throw new RunnerError('tool-missing', `tar can't be started: ${end.message}`, { hint: HINT });
  if (!('exitCode' in end) || end.exitCode !== 0) throw unreadable(origin, said.stderr);
}

/** `-rw-r--r-- 0/0   12 2020-01-01 00:00 "name"`, behind it ` -> "target"` or ` link to "target"`. */
const MEMBER = /^([-a-zA-Z])\S{9}\S* +\S+ +(\d+(?:,\d+)?) .*? "((?:[^"\\]|\\.)*)"/;

function checkMember(line: string, origin: string, budget: ArchiveBudget): TarMember {
  const [, kind = '', size = '', quoted = ''] = MEMBER.exec(line) ?? [];
  if (kind === '') throw odd(origin, line);
  const bytes = unquote(quoted);
  const name = bytes.toString('utf8');
  if (!staysInside(name)) {
    throw new RunnerError(
      'bad-archive',
      `${origin}: the archive's member '${name}' leads outside of its folder`,
    );
  }
  budget.member(Number(size));
  return { kind, name, bytes };
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
};

/** The bytes of a name in C's quoting. */
function unquote(text: string): Buffer {
  const bytes = text.replaceAll(/\\([0-7]{3}|.)/g, (_match, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1');
}

/** @returns what tar itself has said, with the checkpoints taken out; its first words are the ones that count */
function checkProgress(lines: readonly string[], rest: string, budget: ArchiveBudget): string {
  const words: string[] = [];
  for (const line of lines) {
    const [, records] = /^tar: wheelwright (\d+)$/.exec(line) ?? [];
    if (records === undefined) words.push(line);
    else budget.unpacked(Number(records) * RECORD);
  }
  return [...words.slice(0, 5), rest].join('\n').slice(0, MAX_LINE);
}

function odd(origin: string, line: string): RunnerError {
  return new RunnerError(
    'bad-archive',
    `${origin}: tar lists a member in a way that isn't known: ${line.slice(0, 200)}`,
  );
}

function unreadable(origin: string, stderr: string): RunnerError {
  const [first = ''] = stderr.trim().split('\n');
  return new RunnerError('bad-archive', `${origin}: tar can't read the archive: ${first}`, {
    hint: 'sources are archives that tar reads (.tar, .tar.gz, .tar.xz, .tar.bz2), or .zip and .whl',
  });
}
