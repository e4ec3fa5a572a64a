/** Wheels that were published, and which pip installs, but which break rules: each with the reason why we insist. */
export interface Refused {
  readonly rules: readonly string[];
  readonly because: string;
}

const RENAMED =
  'the file was renamed without its WHEEL: installers take the tags of the name, and all that reads WHEEL later ' +
  '(pip check, wheel tags, which stops here) finds others; `retag` writes both';

const renamed = (...names: string[]): Record<string, Refused> =>
  Object.fromEntries(names.map((name) => [name, { rules: ['filename-tags-mismatch'], because: RENAMED }]));

export const INSTALLED_BUT_REFUSED: Readonly<Record<string, Refused>> = {
  'fpewheel-0.0.0-cp35-cp35m-linux_x86_64.whl': {
    rules: ['metadata-version-unknown'],
    because:
      'Metadata-Version 2.0 was a draft of PEP 426, which was withdrawn; the public index refuses it today',
  },
  ...renamed(
    ...['aarch64', 'armv5l', 'armv7l', 'i686', 'mips64', 'ppc64le', 's390x'].map(
      (machine) => `testsimple-0.0.1-cp313-cp313-linux_${machine}_x86_64.whl`,
    ),
    'testsimple-0.0.1-cp313-cp313-linux_mips64.whl',
    'playwright-1.65.2-py3-none-manylinux1_x86_64.whl',
    'torch-2.4.0-cp311-cp311-manylinux1_x86_64.whl',
  ),
  'q08norecord-1.0-cp311-cp311-linux_x86_64.whl': {
    rules: ['record-unlisted-member'],
    because:
      'a probe: pip installs the file that RECORD hides, with a warning, and the index has announced to refuse it',
  },
  'q09missingfile-1.0-cp311-cp311-linux_x86_64.whl': {
    rules: ['record-extra-row'],
    because: 'a probe: RECORD promises a file that nobody gets',
  },
  'q39badname.whl': {
    rules: ['bad-filename'],
    because: 'a probe: pip refuses the name as well',
  },
  'q40notazip-1.0-cp311-cp311-linux_x86_64.whl': {
    rules: ['not-a-zip'],
    because: 'a probe: pip refuses it as well',
  },
};
