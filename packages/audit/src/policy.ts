import { createRequire } from 'node:module';
import type { Architecture } from '@wheelwright/elf';

export type Family = 'manylinux' | 'musllinux' | 'android';

/** What one policy allows on one architecture (PEP 513, 571, 599, 600, 656). */
export interface Policy {
  /** `manylinux_2_17`. */
  readonly name: string;
  /** Legacy names, such as `manylinux2014` (PEP 599). */
  readonly aliases: readonly string[];
  readonly family: Family;
  /** Higher is older, and so installs on more systems. */
  readonly priority: number;
  /** `2.17`. */
  readonly version: string;
  readonly architecture: Architecture;
  /** Libraries that every system has. */
  readonly libraries: ReadonlySet<string>;
  /** By library, the symbols that must not be taken from it though it is allowed. */
  readonly denied: ReadonlyMap<string, ReadonlySet<string>>;
  /** By prefix (`GLIBC`), the versions that every system has. A prefix that isn't here is not judged. */
  readonly versions: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One prefix of one policy on one architecture; the format is docs/decisions/0003. */
type Ceiling = string | null | readonly string[] | { readonly only: readonly string[] };

interface PolicyData {
  readonly families: Readonly<
    Record<
      Family,
      {
        readonly ladders: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
        readonly policies: readonly {
          readonly name: string;
          readonly aliases: readonly string[];
          readonly priority: number;
          readonly version: string;
          readonly arch: Readonly<Partial<Record<Architecture, Readonly<Record<string, Ceiling>>>>>;
        }[];
        readonly allow: readonly { readonly from: string; readonly libs: readonly string[] }[];
        readonly deny: readonly {
          readonly lib: string;
          readonly through: string;
          readonly symbols: readonly string[];
        }[];
      }
    >
  >;
  readonly code_facts: { readonly musl_libc_soname: Readonly<Partial<Record<Architecture, string>>> };
}

// Node 20 warns of JSON imports; a required file is read once, too.
const data = createRequire(import.meta.url)('./policies.json') as PolicyData;

const FAMILIES: readonly Family[] = ['manylinux', 'musllinux', 'android'];
const cache = new Map<string, readonly Policy[]>();

/** The policies of a family on an architecture, the oldest (most widely installable) first. */
export function policiesOf(family: Family, architecture: Architecture): readonly Policy[] {
  const key = `${family} ${architecture}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const policies = buildPolicies(family, architecture);
  cache.set(key, policies);
  return policies;
}

/** The policy with this name or legacy name, without its architecture. */
export function findPolicy(name: string, architecture: Architecture): Policy | undefined {
  return FAMILIES.flatMap((family) => policiesOf(family, architecture)).find(
    (policy) => policy.name === name || policy.aliases.includes(name),
  );
}

/** The platform tag of a policy: `manylinux_2_17_x86_64`. */
export function tagOf({ name, family, architecture }: Policy): string {
  return `${name}_${architectureWord(family, architecture)}`;
}

/** The word for an architecture in a family's tags: Android names its own ABIs (PEP 738). */
export function architectureWord(family: Family, architecture: Architecture): string {
  return family === 'android' && architecture === 'aarch64' ? 'arm64_v8a' : architecture;
}

function buildPolicies(family: Family, architecture: Architecture): Policy[] {
  const { ladders, policies, allow, deny } = data.families[family];
  const order = policies.map(({ name }) => name);
  return policies.flatMap(({ name, aliases, priority, version, arch }): Policy[] => {
    const ceilings = arch[architecture];
    if (ceilings === undefined) return [];
    const position = order.indexOf(name);
    const libraries = allow.filter(({ from }) => order.indexOf(from) <= position).flatMap(({ libs }) => libs);
    return [
      {
        name,
        aliases,
        family,
        priority,
        version,
        architecture,
        libraries: new Set(libraries.map((library) => libraryName(library, family, architecture))),
        denied: deniedSymbols(deny.filter(({ through }) => order.indexOf(through) >= position)),
        versions: new Map(
          Object.entries(ceilings).map(([prefix, ceiling]) => [
            prefix,
            permitted(ladders[prefix], architecture, ceiling),
          ]),
        ),
      },
    ];
  });
}

/** musl names its libc by the architecture: `libc.musl-x86_64.so.1`. */
function libraryName(library: string, family: Family, architecture: Architecture): string {
  const musl = family === 'musllinux' && library === 'libc.so';
  return musl ? (data.code_facts.musl_libc_soname[architecture] ?? library) : library;
}

function deniedSymbols(rules: PolicyData['families'][Family]['deny']): Map<string, Set<string>> {
  const denied = new Map<string, Set<string>>();
  for (const { lib, symbols } of rules) denied.set(lib, new Set([...(denied.get(lib) ?? []), ...symbols]));
  return denied;
}

/** The set of versions that a ceiling stands for: the architecture's ladder up to it, and versions named apart. */
function permitted(
  ladder: Readonly<Record<string, readonly string[]>> | undefined,
  architecture: Architecture,
  ceiling: Ceiling,
): Set<string> {
  if (ceiling === null) return new Set();
  if (typeof ceiling === 'object' && 'only' in ceiling) return new Set(ceiling.only);
  const [top = '', ...named] = typeof ceiling === 'string' ? [ceiling] : ceiling;
  const rungs = ladder?.[architecture] ?? ladder?.['*'] ?? [];
  return new Set([...rungs.slice(0, rungs.indexOf(top) + 1), ...named]);
}
