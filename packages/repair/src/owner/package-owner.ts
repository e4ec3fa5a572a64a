/** The package of a Linux distribution that a file belongs to. */
export interface PackageOwner {
  readonly manager: 'deb' | 'rpm' | 'apk';
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
  /** An SPDX expression or another word for the licence, where the package says one. */
  readonly license?: string;
  /** Licence texts of the package on this machine. */
  readonly licenseFiles: readonly string[];
}

/** What os-release(5) says, as far as a purl names it. */
export interface Distribution {
  readonly id: string;
  readonly versionId: string;
}

/** Reads os-release(5). A system that doesn't say what it is has an empty id. */
export function parseOsRelease(text: string): Distribution {
  const value = (name: string): string => {
    const line = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
    return line.trim().replace(/^(["'])(.*)\1$/, '$2');
  };
  return { id: value('ID'), versionId: value('VERSION_ID') };
}

/** A package URL; qualifiers in the order of their names, as the specification wants them. */
export function packageUrl(
  type: string,
  { id, versionId }: Distribution,
  { name, version, architecture }: Pick<PackageOwner, 'name' | 'version' | 'architecture'>,
): string {
  const part = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');
  const namespace = id === '' ? '' : `${part(id)}/`;
  const distro = id === '' || versionId === '' ? '' : `&distro=${part(`${id}-${versionId}`)}`;
  return `pkg:${type}/${namespace}${part(name)}@${part(version)}?arch=${part(architecture)}${distro}`;
}
