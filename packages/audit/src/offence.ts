import type { AuditedFile } from './graph.js';
import { isLibpython } from './graph.js';
import { isDriverLibrary } from './library-origin.js';
import { remedyForLibrary, tellLibraryRemedy } from './library-remedy.js';
import { policiesOf, tagOf, type Policy } from './policy.js';
import { remedyFor } from './remedy.js';
import { allowsVersion, type Complaints } from './requirement.js';
import { symbolsUsed } from './symbols-used.js';
import { MAX_SYMBOLS, type Offence } from './verdict.js';

/** How offences are told. */
export interface Telling {
  /** The tag that they speak against, as it was claimed. */
  readonly tag: string;
  /** All files, also those that aren't judged: remedies may point to them. */
  readonly files: readonly AuditedFile[];
  /** All symbols, not only the first `MAX_SYMBOLS`. */
  readonly all: boolean;
}

const NOTHING = { library: null, version: null, symbols: [], chain: [], allowedFrom: null } as const;

/** Tells a policy's complaints as offences: the libraries first, because one of them outweighs all else. */
export function describeComplaints(complaints: Complaints, policy: Policy, telling: Telling): Offence[] {
  const ways = new Map(complaints.ways);
  const offence = (file: AuditedFile, kind: Offence['kind'], rest: Partial<Offence>): Offence =>
    tell(
      {
        ...NOTHING,
        file: file.path,
        policy: telling.tag,
        kind,
        chain: ways.get(file.path) ?? [file.path],
        ...rest,
      },
      telling,
    );
  return [
    ...complaints.missing.map((need) => {
      const { file, library, chain } = need;
      if (isLibpython(library))
        return offence(file, 'libpython', { library, chain, symbols: pythonSymbols(file) });
      const symbols = symbolsUsed(file.elf, library);
      const remedy = tellLibraryRemedy([remedyForLibrary(need, telling.files, policy)], [library]);
      const oldest = firstThat(policy, ({ libraries }) => libraries.has(library));
      const allowedFrom = isDriverLibrary(library) ? null : oldest;
      return offence(file, 'library', { library, symbols, chain, allowedFrom, remedy });
    }),
    ...complaints.versions.map(({ file, library, version }) =>
      offence(file, 'symbol-version', {
        library,
        version,
        symbols: symbolsUsed(file.elf, library, version),
        allowedFrom: firstThat(policy, (candidate) => allowsVersion(candidate, version)),
      }),
    ),
    ...complaints.denied.map(({ file, library, symbols }) =>
      offence(file, 'symbol', {
        library,
        symbols,
        allowedFrom: firstThat(
          policy,
          ({ libraries, denied }) =>
            libraries.has(library) && !symbols.some((name) => denied.get(library)?.has(name) === true),
        ),
      }),
    ),
    ...complaints.pythonBuild.map(({ file, symbols }) => offence(file, 'symbol', { symbols })),
    ...complaints.isa.map((file) => offence(file, 'isa', { version: file.elf.isa ?? null })),
    ...complaints.executableStack.map((file) => offence(file, 'executable-stack', {})),
  ];
}

/** Files of another machine or C library than the tag's. */
export function foreignOffences(
  otherArchitecture: readonly AuditedFile[],
  otherLibc: readonly AuditedFile[],
  telling: Telling,
): Offence[] {
  const told = ({ path }: AuditedFile, kind: 'architecture' | 'libc'): Offence =>
    tell({ ...NOTHING, file: path, policy: telling.tag, kind, chain: [path] }, telling);
  return [
    ...otherArchitecture.map((file) => told(file, 'architecture')),
    ...otherLibc.map((file) => told(file, 'libc')),
  ];
}

/** A tag that can't be right, whatever the files are. */
export function tagOffence(tag: string, remedy: string, file: string | null = null): Offence {
  return { ...NOTHING, file, policy: tag, kind: 'tag', remedy };
}

/** The offence with its remedy, and with no more symbols than a person reads. */
function tell(facts: Omit<Offence, 'remedy'> & Partial<Offence>, { all }: Telling): Offence {
  const { file, policy, kind, library, version, symbols, chain, allowedFrom, remedy } = facts;
  return {
    file,
    policy,
    kind,
    library,
    version,
    symbols: all ? symbols : symbols.slice(0, MAX_SYMBOLS),
    chain,
    allowedFrom,
    remedy: remedy ?? remedyFor(facts),
  };
}

/** What a file takes from the interpreter. */
function pythonSymbols({ elf }: AuditedFile): string[] {
  return elf.imports.map(({ name }) => name).filter((name) => /^_?Py/.test(name));
}

function firstThat({ family, architecture }: Policy, allows: (policy: Policy) => boolean): string | null {
  const policy = policiesOf(family, architecture).find(allows);
  return policy === undefined ? null : tagOf(policy);
}
