/** How our answer may differ from the oracle's for one wheel, and why. */
export interface AcceptedDifference {
  readonly reason: string;
  /** Our answer where it isn't the oracle's; undefined where the oracle has none and ours only has to exist. */
  readonly platform?: string;
  readonly platformBySymbols?: string;
  readonly external?: readonly string[];
  /** The error that we give instead of a verdict. */
  readonly error?: string;
}

/**
 * Where we differ from auditwheel 6.8.2 (`show --json --ldpaths=`) on purpose, by wheel. Everything that isn't
 * here agrees exactly; the specs read this map and fail on an entry that no longer differs.
 */
export const ACCEPTED_DIFFERENCES: Readonly<Record<string, AcceptedDifference>> = {
  'testsimple-0.0.1-cp313-cp313-linux_aarch64_x86_64.whl': {
    reason:
      'an aarch64 file under an x86_64 name: auditwheel gives up; the verdict is of the file, and the claim is an offence',
    platform: 'manylinux_2_17_aarch64',
    platformBySymbols: 'manylinux_2_17_aarch64',
  },
  'testsimple-0.0.1-cp313-cp313-linux_armv7l_x86_64.whl': {
    reason:
      'an armv7l file under an x86_64 name: auditwheel gives up; the verdict is of the file, and the claim is an offence',
    platform: 'manylinux_2_17_armv7l',
    platformBySymbols: 'manylinux_2_17_armv7l',
  },
  'testsimple-0.0.1-cp313-cp313-linux_i686_x86_64.whl': {
    reason:
      'an i686 file under an x86_64 name: auditwheel gives up; the verdict is of the file, and the claim is an offence',
    platform: 'manylinux_2_5_i686',
    platformBySymbols: 'manylinux_2_5_i686',
  },
  'testsimple-0.0.1-cp313-cp313-linux_ppc64le_x86_64.whl': {
    reason:
      'a ppc64le file under an x86_64 name: auditwheel gives up; the verdict is of the file, and the claim is an offence',
    platform: 'manylinux_2_17_ppc64le',
    platformBySymbols: 'manylinux_2_17_ppc64le',
  },
  'testsimple-0.0.1-cp313-cp313-linux_s390x_x86_64.whl': {
    reason:
      'an s390x file under an x86_64 name: auditwheel gives up; the verdict is of the file, and the claim is an offence',
    platform: 'manylinux_2_17_s390x',
    platformBySymbols: 'manylinux_2_17_s390x',
  },
  'testsimple-0.0.1-cp313-cp313-linux_armv5l_x86_64.whl': {
    reason: 'no policy speaks of this machine: auditwheel gives up, we name it',
    platform: 'linux_arm',
    platformBySymbols: 'linux_arm',
  },
  'testsimple-0.0.1-cp313-cp313-linux_mips64.whl': {
    reason: 'no policy speaks of this machine: auditwheel gives up, we name it',
    platform: 'linux_mips',
    platformBySymbols: 'linux_mips',
  },
  'testsimple-0.0.1-cp313-cp313-linux_mips64_x86_64.whl': {
    reason: 'no policy speaks of this machine: auditwheel gives up, we name it',
    platform: 'linux_mips',
    platformBySymbols: 'linux_mips',
  },
  'q03purelibdir-1.0-cp311-cp311-linux_x86_64.whl': {
    reason: 'auditwheel refuses a path component called purelib; the file in it is judged like any other',
    platform: 'manylinux_2_5_x86_64',
    platformBySymbols: 'manylinux_2_5_x86_64',
  },
  'q04purelibname-1.0-cp311-cp311-linux_x86_64.whl': {
    reason: 'auditwheel refuses a package that happens to be called purelib',
    platform: 'manylinux_2_5_x86_64',
    platformBySymbols: 'manylinux_2_5_x86_64',
  },
  'q07musl_but_glibc-1.0-cp311-cp311-musllinux_1_2_x86_64.whl': {
    reason:
      'auditwheel says that there is no ELF file; there is a glibc one, and the musllinux claim is an offence',
    platform: 'manylinux_2_5_x86_64',
    platformBySymbols: 'manylinux_2_5_x86_64',
  },
  'q08norecord-1.0-cp311-cp311-linux_x86_64.whl': {
    reason: "auditwheel looks at RECORD's files only; pip unpacks the file that RECORD hides",
    platform: 'manylinux_2_34_x86_64',
    platformBySymbols: 'manylinux_2_34_x86_64',
  },
  'q09missingfile-1.0-cp311-cp311-linux_x86_64.whl': {
    reason:
      'auditwheel crashes on a RECORD row without a file; that is a fault of RECORD, not of the ELF files',
    platform: 'manylinux_2_5_x86_64',
    platformBySymbols: 'manylinux_2_5_x86_64',
  },
  'q18transitive_runpath-1.0-cp311-cp311-linux_x86_64.whl': {
    reason:
      "auditwheel lets dependencies inherit a RUNPATH; glibc's loader doesn't, and the library isn't found",
    platform: 'linux_x86_64',
    external: ['libqdep.so.1'],
  },
  'q22absrpath-1.0-cp311-cp311-linux_x86_64.whl': {
    reason:
      "auditwheel follows an absolute RPATH into the host, and takes over what the host's library needs",
    platformBySymbols: 'manylinux_2_5_x86_64',
  },
  'q29nosections-1.0-cp311-cp311-linux_x86_64.whl': {
    reason: "auditwheel reads version needs by a section's name; without section headers it sees none",
    platform: 'manylinux_2_34_x86_64',
    platformBySymbols: 'manylinux_2_34_x86_64',
  },
  'q31bare_ext-1.0-cp311-cp311-linux_x86_64.whl': {
    reason:
      'auditwheel gives up on an extension that names no C library; with no need of one it is judged as a glibc one',
    platform: 'manylinux_2_5_x86_64',
    platformBySymbols: 'manylinux_2_5_x86_64',
  },
  'q36truncated-1.0-cp311-cp311-linux_x86_64.whl': {
    reason: 'both refuse it; ours is a typed error that names the file and the offset',
    error: 'truncated',
  },
  'q38noelf-1.0-cp311-cp311-manylinux_2_17_x86_64.whl': {
    reason: 'auditwheel gives no verdict without ELF files; such a wheel runs anywhere',
    platform: 'any',
    platformBySymbols: 'any',
  },
  'q39badname.whl': {
    reason: 'both refuse it; ours is a typed error',
    error: 'bad-filename',
  },
  'q40notazip-1.0-cp311-cp311-linux_x86_64.whl': {
    reason: 'both refuse it; ours is a typed error',
    error: 'bad-archive',
  },
  'q48two_libcs_musl_first-1.0-cp311-cp311-linux_x86_64.whl': {
    reason: 'auditwheel gives up where the first file is an extension that names no C library',
    platform: 'manylinux_2_5_x86_64',
    platformBySymbols: 'manylinux_2_5_x86_64',
  },
  'plumbum-1.6.8-py2.py3-none-any.whl': {
    reason: 'auditwheel gives no verdict without ELF files; such a wheel runs anywhere',
    platform: 'any',
    platformBySymbols: 'any',
  },
};
