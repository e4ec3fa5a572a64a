import type { WheelFilename } from '@wheelwright/wheel';
import type { PackageOwner } from './owner/package-owner.js';
import type { Graft } from './plan/repair-plan.js';

/** A grafted library, as the SBOM tells it. */
export interface SbomEntry {
  readonly graft: Graft;
  readonly owner: PackageOwner | undefined;
}

/**
 * A software bill of materials of what was grafted (CycloneDX 1.6, JSON; PEP 770). It has neither a time nor a serial
 * number: the same wheel and libraries give the same text. The hash is that of each library as it was found.
 *
 * @param tool - name and version of who made it
 */
export function sbomText(
  wheel: Pick<WheelFilename, 'distribution' | 'version'>,
  fileName: string,
  entries: readonly SbomEntry[],
  tool: { readonly name: string; readonly version: string },
): string {
  const components = entries.map(({ graft, owner }) => component(graft, owner));
  return cycloneDxText(
    wheel,
    { file_name: fileName },
    components.map((each, index) => {
      const graft = entries[index]?.graft;
      return { ...each, dependsOn: graft === undefined ? [] : dependenciesOf(graft, entries) };
    }),
    tool,
  );
}

/** A part of a wheel, as CycloneDX describes it; `dependsOn` has the `bom-ref` of those that it needs. @public */
export interface SbomComponent {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly [field: string]: unknown;
}

/**
 * A software bill of materials (CycloneDX 1.6, JSON; PEP 770) without a time or a serial number.
 *
 * @param wheel - what the components are in
 * @param qualifiers - of the wheel's package URL
 * @param tool - name and version of who made it
 * @public
 */
export function cycloneDxText(
  wheel: Pick<WheelFilename, 'distribution' | 'version'>,
  qualifiers: Readonly<Record<string, string>>,
  components: readonly SbomComponent[],
  tool: { readonly name: string; readonly version: string },
): string {
  const project = wheel.distribution.toLowerCase().replaceAll(/[-_.]+/g, '-');
  const behind = Object.entries(qualifiers).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  const purl = `pkg:pypi/${encodeURIComponent(project)}@${encodeURIComponent(wheel.version)}${behind.length === 0 ? '' : `?${behind.join('&')}`}`;
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', ...tool }] },
      component: { type: 'library', 'bom-ref': purl, name: wheel.distribution, version: wheel.version, purl },
    },
    components: components.map((each) => ({ ...each, dependsOn: undefined })),
    dependencies: [
      { ref: purl, dependsOn: components.map((each) => each['bom-ref']) },
      ...components.map(({ 'bom-ref': ref, dependsOn }) => ({ ref, dependsOn })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component(graft: Graft, owner: PackageOwner | undefined) {
  const evidence = { occurrences: [{ location: graft.member }] };
  const hashes = [{ alg: 'SHA-256', content: graft.sha256 }];
  const common = { type: 'library', 'bom-ref': reference(graft) } as const;
  if (owner === undefined) {
    return { ...common, name: graft.names[0] ?? graft.name, hashes, evidence };
  }
  return {
    ...common,
    name: owner.name,
    version: owner.version,
    hashes,
    ...(owner.license === undefined ? {} : { licenses: [{ license: { name: owner.license } }] }),
    purl: owner.purl,
    evidence,
  };
}

function reference({ member, sha256 }: Graft): string {
  return `${member}#${sha256}`;
}

/** The grafted libraries that one needs, by their new names. */
function dependenciesOf({ expected }: Graft, entries: readonly SbomEntry[]): string[] {
  return entries
    .filter(({ graft }) => expected.needed.includes(graft.name))
    .map(({ graft }) => reference(graft));
}
