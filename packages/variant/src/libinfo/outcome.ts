import { checkFeatures, type LibinfoFeatures } from './features.js';

/**
 * Why a library gave no features.
 * - `missing-dependency`: it needs a library that isn't here
 * - `load-failed`: the loader refuses it for another reason, such as another architecture
 * - `no-libinfo`: it isn't MXNet, or has no `MXLibInfoFeatures`
 * - `bad-answer`: the function failed, or gave what can't be features
 * - `crashed`, `exited`, `timed-out`, `too-much-output`: what it did to its process
 * - `forged-answer`: it wrote what only the process may write
 * - `koffi-missing`, `not-started`: it never came to be loaded
 * @public
 */
export type ProbeFailure =
  | 'missing-dependency'
  | 'load-failed'
  | 'no-libinfo'
  | 'bad-answer'
  | 'crashed'
  | 'exited'
  | 'timed-out'
  | 'too-much-output'
  | 'forged-answer'
  | 'koffi-missing'
  | 'not-started';

/** What came over a child's own pipe. */
export interface ChildSpeech {
  readonly outcome:
    | { readonly features: LibinfoFeatures }
    | { readonly reason: ProbeFailure; readonly message: string }
    | undefined;
  /** Whether the child has said that it begins to load. */
  readonly loading: boolean;
  /** Whether something is there that the child didn't write. */
  readonly foreign: boolean;
}

/** Reads the lines of a child: only those with the nonce are its own; of several outcomes the first counts. */
export function readOutcome(text: string, nonce: string): ChildSpeech {
  let outcome: ChildSpeech['outcome'];
  let loading = false;
  let foreign = false;
  const lines = text.split('\n');
  // What is behind the last line end isn't whole yet.
  foreign = lines.pop() !== '';
  for (const line of lines) {
    const message = parseLine(line);
    if (message?.['nonce'] !== nonce) foreign = true;
    else if (message['stage'] === 'loading') loading = true;
    else outcome ??= interpret(message);
  }
  return { outcome, loading, foreign };
}

function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function interpret(message: Readonly<Record<string, unknown>>): NonNullable<ChildSpeech['outcome']> {
  const said = String(message['message']);
  switch (message['outcome']) {
    case 'features': {
      const features = checkFeatures(message['features']);
      if (features !== undefined) return { features };
      return {
        reason: 'bad-answer',
        message: 'MXLibInfoFeatures gave something that is no list of features',
      };
    }
    case 'koffi-missing':
      return {
        reason: 'koffi-missing',
        message: `the package koffi, which loads libraries, isn't installed: npm install koffi (${said})`,
      };
    case 'no-libinfo':
      return { reason: 'no-libinfo', message: 'it has no function MXLibInfoFeatures' };
    case 'load-failed':
      return loadFailure(said);
    default:
      return {
        reason: 'bad-answer',
        message: `MXLibInfoFeatures failed: ${JSON.stringify(message).slice(0, 200)}`,
      };
  }
}

/** The loader's messages (dlerror(3)) of glibc and musl. */
function loadFailure(said: string): { readonly reason: ProbeFailure; readonly message: string } {
  const message = said.replace(/^Failed to load shared library: /, '');
  const [, glibc] = /(?:^|: )([^\s:]+): cannot open shared object file: No such file/.exec(message) ?? [];
  const [, musl] = /Error loading shared library ([^\s:]+): No such file/.exec(message) ?? [];
  const missing = glibc ?? musl;
  if (missing === undefined) return { reason: 'load-failed', message: `the loader refuses it: ${message}` };
  return { reason: 'missing-dependency', message: `it needs ${missing}, which isn't here` };
}
