import { isAbsolute } from 'node:path';
import { RunnerError } from '../../error.js';

/** Where a repository is, without what mustn't be seen. */
export interface GitAddress {
  /** For git, and for messages: it holds no password. */
  readonly url: string;
  /** Whether it's on this machine. */
  readonly isLocal: boolean;
  /** User and password of an http(s) URL, and the server that they're for. */
  readonly credential?: { readonly server: string; readonly user: string; readonly password: string };
}

const SCHEMES = ['https:', 'ssh:', 'http:', 'git:', 'file:'];
/** scp's way to write an ssh address. Neither user, host nor path may look like an option. */
const SCP = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?![-/]?\/)[^-].*$/;

/**
 * Reads the address of a repository. What git would take for a program to start (`ext::`, any `helper::`) or for an
 * option is refused, and so is every scheme but https, ssh, http, git and file.
 *
 * @throws {@link RunnerError} `bad-request`, without the address where it may hold a password
 */
export function parseGitAddress(text: string, origin: string): GitAddress {
  const shown = text.replace(/\/\/[^/@]*@/, '//***@');
  const refuse = (problem: string): RunnerError =>
    new RunnerError('bad-request', `${origin}: '${shown}' ${problem}`, {
      hint: 'write https://HOST/PATH, ssh://HOST/PATH, USER@HOST:PATH, file:///PATH or a folder',
    });
  // eslint-disable-next-line no-control-regex -- these very characters are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(text)) throw refuse('holds a space or a control character');
  if (text.startsWith('-')) throw refuse('begins like an option');
  if (isAbsolute(text)) return { url: text, isLocal: true };
  if (/^[A-Za-z0-9+.-]*::/.test(text)) throw refuse('names a helper program of git');
  if (!text.includes('://')) {
    if (SCP.test(text)) return { url: text, isLocal: false };
    throw refuse('is no address of a git repository');
  }
  return parseUrl(text, refuse);
}

function parseUrl(text: string, refuse: (problem: string) => RunnerError): GitAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refuse('is no URL');
  const { protocol, hostname, username, password } = url;
  if (!SCHEMES.includes(protocol)) throw refuse(`has the scheme ${protocol} which isn't fetched from`);
  if (protocol === 'file:') {
    if (hostname !== '' && hostname !== 'localhost') throw refuse('names a file of another machine');
    return { url: text, isLocal: true };
  }
  if (hostname === '' || hostname.startsWith('-') || decodeURIComponent(username).startsWith('-'))
    throw refuse('has no host, or one that begins like an option');
  if (protocol === 'ssh:' || username === '') {
    if (password !== '') throw refuse('holds a password, which ssh never takes');
    return { url: text, isLocal: false };
  }
  url.username = '';
  url.password = '';
  const credential = {
    server: `${protocol}//${url.host}/`,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
  return { url: url.href, isLocal: false, credential };
}

/**
 * The address of a submodule: `./` and `../` start from the repository that names it (gitmodules(5)).
 *
 * @returns undefined where it climbs above the host or the root
 */
export function resolveSubmoduleUrl(parent: string, url: string): string | undefined {
  if (!/^\.\.?(\/|$)/.test(url)) return url;
  const head = /^([a-z][a-z0-9+.-]*:\/\/[^/]*|[^/]*:(?=[^/])|)/i.exec(parent)?.[0] ?? '';
  const steps = parent.slice(head.length).split('/').filter(Boolean);
  for (const step of url.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..') {
      if (steps.pop() === undefined) return undefined;
    } else steps.push(step);
  }
  if (steps.length === 0) return undefined;
  const isScp = head.endsWith(':');
  return `${head}${isScp ? '' : '/'}${steps.join('/')}`;
}
