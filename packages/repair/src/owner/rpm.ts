import { ask } from './ask.js';
import { packageUrl, type Distribution, type PackageOwner } from './package-owner.js';

const FORMAT = '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{LICENSE}\\n';

/** Reads one line of `rpm -qf` in our format. The epoch is a qualifier of a purl, not part of its version. */
export function parseRpmQuery(line: string, distribution: Distribution): PackageOwner | undefined {
  const [name, epoch = '0', version, architecture, license = ''] = line.split('\t');
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  const url = packageUrl('rpm', distribution, { name, version, architecture });
  return {
    manager: 'rpm',
    name,
    version,
    architecture,
    purl: epoch === '0' ? url : `${url}&epoch=${epoch}`,
    ...(license === '' ? {} : { license }),
    licenseFiles: [],
  };
}

/** The RPM package that owns a file. */
export async function rpmOwner(
  path: string,
  distribution: Distribution,
  signal: AbortSignal | undefined,
): Promise<PackageOwner | undefined> {
  const answer = await ask('rpm', ['-qf', `--queryformat=${FORMAT}`, path], signal);
  const owner = parseRpmQuery(answer?.split('\n')[0] ?? '', distribution);
  if (owner === undefined) return undefined;
  const files = await ask('rpm', ['-q', '--licensefiles', owner.name], signal);
  const licenseFiles = (files ?? '').split('\n').filter((line) => line.startsWith('/'));
  return { ...owner, licenseFiles: licenseFiles.sort() };
}
