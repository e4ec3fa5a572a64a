import type { ToolContext } from '../../runner/tool.js';
import type { GitAddress } from './address.js';

type Environment = ToolContext['environment'];

/** How the user's git reaches servers; everything else of GIT_* would point it to another repository. */
const KEPT =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|PROXY_COMMAND|SSL_.*|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|HTTP_.*)$/;

/** A setting for one call of git. */
type Setting = readonly [key: string, value: string];

/** No hook, no file watcher, no clean-up in the background: nothing of a repository is ever run. */
const QUIET: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
];

/**
 * What git sees while it fetches: the user's own settings (credential helpers, proxies, `insteadOf`), no question
 * on the terminal, and a password in a header that neither arguments nor messages show.
 *
 * @param local - whether repositories of this machine may be read
 */
export function fetchEnvironment(
  caller: Environment,
  { credential }: Pick<GitAddress, 'credential'>,
  local: boolean,
): Environment {
  const kept = Object.entries(caller).filter(([name]) => !name.startsWith('GIT_') || KEPT.test(name));
  const basic = ({ user, password }: NonNullable<GitAddress['credential']>): string =>
    `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const settings: Setting[] = [
    ...QUIET,
    // Objects are looked at before they're kept: a tree with `..` or a hostile .gitmodules doesn't get in. Two
    // slips of old programs are in the history of many projects and harm nobody.
    ['fetch.fsckObjects', 'true'],
    ['fetch.fsck.zeroPaddedFilemode', 'ignore'],
    ['fetch.fsck.missingSpaceBeforeDate', 'ignore'],
  ];
  if (credential !== undefined) settings.push([`http.${credential.server}.extraHeader`, basic(credential)]);
  return {
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    ...withSettings(Object.fromEntries(kept), settings),
    GIT_TERMINAL_PROMPT: '0',
    // Wins over every protocol.* of the configuration. `ext` and other helpers start programs.
    GIT_ALLOW_PROTOCOL: local ? 'https:ssh:http:git:file' : 'https:ssh:http:git',
    LC_ALL: 'C',
  };
}

/**
 * What git sees while it reads its own copy and writes files: nobody's settings, so that the same commit is the
 * same files everywhere. No filter is known: files of LFS stay the pointers that are committed.
 */
export function plainEnvironment(caller: Environment): Environment {
  const kept = Object.entries(caller).filter(([name]) => !name.startsWith('GIT_'));
  const settings: Setting[] = [...QUIET, ['core.autocrlf', 'false'], ['core.symlinks', 'true']];
  return {
    ...withSettings(Object.fromEntries(kept), settings),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    LC_ALL: 'C',
  };
}

/** Settings by environment (git-config(1)): arguments can be seen by everyone on the machine. */
function withSettings(environment: Environment, settings: readonly Setting[]): Environment {
  const before = Number(environment['GIT_CONFIG_COUNT'] ?? 0);
  const start = Number.isInteger(before) && before > 0 ? before : 0;
  const added: (readonly [string, string])[] = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${start + index}`, key] as const,
    [`GIT_CONFIG_VALUE_${start + index}`, value] as const,
  ]);
  return {
    ...environment,
    ...Object.fromEntries(added),
    GIT_CONFIG_COUNT: String(start + settings.length),
  };
}
