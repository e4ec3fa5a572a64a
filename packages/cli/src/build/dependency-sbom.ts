import { cycloneDxText, type SbomComponent } from '@wheelwright/repair';
import type { LinkedDependency } from '@wheelwright/runner';
import { version } from '../version.js';

/** The SBOM's name in `dist-info/sboms/` (PEP 770); what repair grafts has one of its own. */
export const DEPENDENCY_SBOM = 'static-dependencies.cdx.json';

/** A software bill of materials of what was linked in: the same dependencies give the same text. */
export function dependencySbom(
  wheel: { readonly distribution: string; readonly version: string },
  dependencies: readonly LinkedDependency[],
): string {
  return cycloneDxText(wheel, {}, dependencies.map(component), { name: 'wheelwright', version });
}

function component({ name, version: release, license, source }: LinkedDependency): SbomComponent {
  const purl = `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(release)}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version: release,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    purl,
    externalReferences: [origin(source)],
    dependsOn: [],
  };
}

/** Where the sources came from. A file's place on this machine and a password are nobody's business. */
function origin(source: LinkedDependency['source']): Record<string, unknown> {
  if ('git' in source) return { type: 'vcs', url: shown(source.git), comment: `commit ${source.commit}` };
  const type = 'source-distribution';
  if ('npm' in source) {
    const at = source.npm.lastIndexOf('@');
    const [name, release] = [source.npm.slice(0, at), source.npm.slice(at + 1)];
    const content = Buffer.from(source.integrity.slice('sha512-'.length), 'base64').toString('hex');
    const url = `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(release)}`;
    return { type, url, hashes: [{ alg: 'SHA-512', content }] };
  }
  const hashes = [{ alg: 'SHA-256', content: source.sha256.toLowerCase() }];
  if ('pypi' in source) {
    const [name = '', release = ''] = source.pypi.split('==');
    return { type, url: `pkg:pypi/${name.toLowerCase()}@${encodeURIComponent(release)}`, hashes };
  }
  return { type, url: shown(source.archive), hashes };
}

function shown(place: string): string {
  const name = place.split('/').at(-1) ?? place;
  return place.startsWith('/') || place.startsWith('file:') ? name : place.replace(/\/\/[^/@]*@/, '//');
}
