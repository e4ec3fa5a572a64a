import { delimiter } from 'node:path';
import type { Equipment } from '../toolchain/toolchain.js';

/** What a build sees of the machine it runs on. Everything else is declared, or the result would depend on it. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TERM'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
];

/** 1980-01-01, the first day that a ZIP archive can hold: what wheels use too. */
const DEFAULT_EPOCH = '315532800';

/**
 * The environment of a build's commands: a few variables of the caller, then the toolchain's, then the declared
 * ones, which win, except that flags and search paths are put before the toolchain's, not in their place.
 */
export function buildEnvironment(input: {
  readonly caller: Readonly<Record<string, string | undefined>>;
  readonly equipment: Equipment;
  readonly declared: Readonly<Record<string, string>>;
  readonly temporary: string;
}): Record<string, string> {
  const { caller, equipment, declared, temporary } = input;
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = caller[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passedOn),
    ...(caller['HOME'] === undefined ? { HOME: temporary } : {}),
    LANG: 'C.UTF-8',
    TMPDIR: temporary,
    SOURCE_DATE_EPOCH: caller['SOURCE_DATE_EPOCH'] ?? DEFAULT_EPOCH,
    ...equipment.env,
    ...Object.fromEntries(
      Object.entries(declared).map(([name, value]) => [name, joined(name, value, equipment)]),
    ),
  };
}

const JOINED: Readonly<Record<string, string>> = {
  CFLAGS: ' ',
  CXXFLAGS: ' ',
  CMAKE_PREFIX_PATH: delimiter,
  PKG_CONFIG_PATH: delimiter,
  CPATH: delimiter,
  LIBRARY_PATH: delimiter,
};

function joined(name: string, value: string, equipment: Equipment): string {
  const ours = equipment.env[name];
  const between = JOINED[name];
  return ours === undefined || ours === '' || between === undefined ? value : `${value}${between}${ours}`;
}
