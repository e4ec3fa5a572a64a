import type { AuditedFile } from './graph.js';
import { isDriverLibrary, remedyFor } from './remedy.js';
import { policiesOf, type Policy } from './policy.js';
import { allowsVersion, type Complaints } from './requirement.js';
import { MAX_SYMBOLS, type Offence } from './verdict.js';

const NOTHING = { library: null, version: null, symbols: [], chain: [], allowedFrom: null } as const;

/** Tells a policy's complaints as offences against a tag: the libraries first, because one of them outweighs all else. */
export function describeComplaints(complaints: Complaints, policy: Policy, tag = nameOf(policy)): Offence[] {
  const offence = (file: AuditedFile, kind: Offence['kind'], rest: Partial<Offence>): Offence =>
    tell({ ...NOTHING, file: file.path, policy: tag, kind, chain: [file.path], ...rest });
  return [
    ...complaints.missing.map(({ file, library, chain }) =>
      offence(file, library.startsWith('libpython') ? 'libpython' : 'library', {
        library,
        symbols: symbolsOf(file, library),
        chain,
        allowedFrom: isDriverLibrary(library)
          ? null
          : firstThat(policy, ({ libraries }) => libraries.has(library)),
      }),
    ),
    ...complaints.versions.map(({ file, library, version }) =>
      offence(file, 'symbol-version', {
        library,
        version,
        symbols: symbolsOf(file, library, version),
        allowedFrom: firstThat(policy, (candidate) => allowsVersion(candidate, version)),
      }),
    ),
    ...complaints.denied.map(({ file, library, symbols }) =>
      offence(file, 'symbol', {
        library,
        symbols,
        allowedFrom: firstThat(
          policy,
          ({ denied }) => !symbols.some((name) => denied.get(library)?.has(name) === true),
        ),
      }),
    ),
    ...complaints.pythonBuild.map(({ file, symbols }) => offence(file, 'symbol', { symbols })),
    ...complaints.isa.map((file) => offence(file, 'isa', { version: file.elf.isa ?? null })),
  ];
}

/** Files of another machine or C library than the tag's. */
export function foreignOffences(
  tag: string,
  otherArchitecture: readonly AuditedFile[],
  otherLibc: readonly AuditedFile[],
): Offence[] {
  const told = ({ path }: AuditedFile, kind: 'architecture' | 'libc'): Offence =>
    tell({ ...NOTHING, file: path, policy: tag, kind, chain: [path] });
  return [
    ...otherArchitecture.map((file) => told(file, 'architecture')),
    ...otherLibc.map((file) => told(file, 'libc')),
  ];
}

/** A tag that can't be right, whatever the files are. */
export function tagOffence(tag: string, remedy: string): Offence {
  return { ...NOTHING, file: null, policy: tag, kind: 'tag', remedy };
}

/** The offence with its remedy, and with no more symbols than a person reads. */
function tell(facts: Omit<Offence, 'remedy'>): Offence {
  const { file, policy, kind, library, version, symbols, chain, allowedFrom } = facts;
  const few = symbols.slice(0, MAX_SYMBOLS);
  return { file, policy, kind, library, version, symbols: few, chain, allowedFrom, remedy: remedyFor(facts) };
}

/** The imports of a file that are bound to a library, or to one version of it. */
function symbolsOf({ elf }: AuditedFile, library: string, version?: string): string[] {
  return elf.imports
    .filter((symbol) => symbol.library === library && (version === undefined || symbol.version === version))
    .map(({ name }) => name);
}

function firstThat({ family, architecture }: Policy, allows: (policy: Policy) => boolean): string | null {
  const policy = policiesOf(family, architecture).find(allows);
  return policy === undefined ? null : nameOf(policy);
}

function nameOf(policy: Policy): string {
  return `${policy.name}_${policy.architecture}`;
}
