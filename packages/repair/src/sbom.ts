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
  const purl = `pkg:pypi/${encodeURIComponent(wheel.distribution.toLowerCase().replaceAll(/[-_.]+/g, '-'))}@${encodeURIComponent(wheel.version)}?file_name=${encodeURIComponent(fileName)}`;
  const components = entries.map(({ graft, owner }) => component(graft, owner));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', ...tool }] },
      component: { type: 'library', 'bom-ref': purl, name: wheel.distribution, version: wheel.version, purl },
    },
    components,
    dependencies: [
      { ref: purl, dependsOn: components.map((each) => each['bom-ref']) },
      ...entries.map(({ graft }) => ({ ref: reference(graft), dependsOn: dependenciesOf(graft, entries) })),
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
