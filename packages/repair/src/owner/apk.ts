import { ask } from './ask.js';
import { packageUrl, type Distribution, type PackageOwner } from './package-owner.js';

/** Reads `apk info --who-owns`: `/usr/lib/libz.so.1 is owned by zlib-1.3.1-r2`. */
export function parseWhoOwns(text: string): { readonly name: string; readonly version: string } | undefined {
  const match = /is owned by (\S+)-(\d[^-\s]*-r\d+)\s*$/m.exec(text);
  return match === null ? undefined : { name: match[1] ?? '', version: match[2] ?? '' };
}

/** The Alpine package that owns a file. Alpine's packages hold no licence texts unless their -doc package is there. */
export async function apkOwner(
  path: string,
  distribution: Distribution,
  signal: AbortSignal | undefined,
): Promise<PackageOwner | undefined> {
  const found = parseWhoOwns((await ask('apk', ['info', '--who-owns', path], signal)) ?? '');
  if (found === undefined) return undefined;
  const architecture = ((await ask('apk', ['--print-arch'], signal)) ?? '').trim();
  const license = /^(?!.*license:$)\S.*$/m.exec(
    (await ask('apk', ['info', '--license', found.name], signal)) ?? '',
  );
  return {
    manager: 'apk',
    ...found,
    architecture,
    purl: packageUrl('apk', distribution, { ...found, architecture }),
    ...(license === null ? {} : { license: license[0].trim() }),
    licenseFiles: [],
  };
}
