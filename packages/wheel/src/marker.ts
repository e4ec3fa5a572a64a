import { quoted, WheelError } from './error.js';

const VARIABLES = new Set([
  ...['python_version', 'python_full_version', 'os_name', 'sys_platform', 'platform_release'],
  ...['platform_system', 'platform_version', 'platform_machine', 'platform_python_implementation'],
  ...['implementation_name', 'implementation_version', 'extra', 'extras', 'dependency_groups'],
  // Spellings of PEP 345 and setuptools, which installers still read.
  ...['os.name', 'sys.platform', 'platform.version', 'platform.machine'],
  ...['platform.python_implementation', 'python_implementation'],
]);

const TOKEN = /\s*(?:(\(|\))|('[^'\\]*'|"[^"\\]*")|(===|==|~=|!=|<=|>=|<|>)|([A-Za-z_][A-Za-z0-9_.]*))/y;
const DEEPEST = 32;

/**
 * Refuses what isn't an environment marker (PEP 508): comparisons of a variable and a quoted text, joined by
 * `and`, `or` and parentheses. Throws `bad-metadata`, naming the place.
 */
export function checkMarker(marker: string): void {
  const tokens = tokenise(marker);
  let at = 0;
  const refuse = (wanted: string): never => {
    const found = tokens[at] === undefined ? 'its end' : quoted(tokens[at] ?? '');
    throw badMarker(marker, `${wanted} should stand where ${found} is`);
  };
  const operand = (): void => {
    const token = tokens[at] ?? refuse('a variable or a quoted text');
    if (!/^['"]/.test(token) && !VARIABLES.has(token)) refuse('a variable or a quoted text');
    at += 1;
  };
  const operator = (): void => {
    if (tokens[at] === 'not' && tokens[at + 1] === 'in') at += 1;
    else if (tokens[at] !== 'in' && !/^[=~!<>]/.test(tokens[at] ?? '')) refuse('a comparison');
    at += 1;
  };
  const term = (depth: number): void => {
    if (tokens[at] === '(') {
      if (depth >= DEEPEST) throw badMarker(marker, `it nests more than ${DEEPEST} deep`);
      at += 1;
      expression(depth + 1);
      if (tokens[at] !== ')') refuse('")"');
      at += 1;
      return;
    }
    operand();
    operator();
    operand();
  };
  const expression = (depth: number): void => {
    term(depth);
    while (tokens[at] === 'and' || tokens[at] === 'or') {
      at += 1;
      term(depth);
    }
  };
  expression(0);
  if (at < tokens.length) refuse('"and" or "or"');
}

function tokenise(marker: string): string[] {
  const tokens: string[] = [];
  const token = new RegExp(TOKEN);
  const text = marker.trimEnd();
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw badMarker(marker, `${quoted(text.slice(at))} cannot be read`);
    tokens.push(match[0].trimStart());
  }
  return tokens;
}

function badMarker(marker: string, reason: string): WheelError {
  return new WheelError('bad-metadata', `${quoted(marker)} is not an environment marker: ${reason}`, {
    hint: 'Markers look like: python_version >= "3.9" and sys_platform == "linux"',
  });
}
