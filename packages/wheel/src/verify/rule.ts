/**
 * Every rule that `verifyWheel` checks, by its stable identifier. A `problem` is what the public index refuses,
 * what an installer refuses or gets wrong, or what the standard says must not be; `advice` is what is merely
 * recommended, or what only an upload to the public index would meet (docs/decisions/0010-verify-rules.md).
 */
export const RULES = {
  // The archive: APPNOTE.TXT 6.3.10, and what the public index asks of it.
  'not-a-zip': ['problem', 'there is an end record'],
  'bad-end-record': ['problem', 'the end records describe one central directory, and agree'],
  'bad-central-directory': ['problem', 'the central directory can be read to its end'],
  'trailing-data': ['problem', 'nothing follows the end record'],
  'stray-bytes': ['problem', 'no bytes lie before, between or behind the members'],
  'archive-comment': ['advice', 'the archive has no comment'],
  'also-a-tar': ['problem', 'the file is no tar archive at the same time'],
  'zip64-end-record-size': ['problem', 'a ZIP64 end record has no extensible data: its size is 44'],
  'malformed-extra': ['problem', 'extra fields are whole, and ZIP64 ones of a length that the index knows'],
  'duplicate-extra': ['problem', 'a header has one ZIP64 and one Unicode path extra at most'],
  'zip64-extra-missing': ['problem', 'a field that refers to the ZIP64 extra finds its value there'],
  'zip64-extra-form': ['problem', 'the local ZIP64 extra of a compressed member holds both sizes'],
  'member-comment': ['problem', 'no member has a comment in the central directory'],
  'data-descriptor': ['problem', 'sizes and CRC stand in the local header, not behind the data'],
  'header-mismatch': ['problem', 'a local header says what the central directory says'],
  'local-header-missing': ['problem', 'a local header lies where the central directory says'],
  'out-of-bounds': ['problem', 'a member lies before the central directory'],
  'overlapping-members': ['problem', 'no two members share bytes'],
  'unsupported-method': ['problem', 'members are stored or deflated'],
  'encrypted-member': ['problem', 'no member is encrypted'],
  'expansion-bomb': ['problem', 'content of more than 64 MiB is at most 50 times as large as the archive'],
  'bad-deflate-stream': ['problem', 'deflated content can be inflated'],
  'size-mismatch': ['problem', 'content and compressed data are as long as declared'],
  'crc-mismatch': ['problem', 'content has the declared CRC'],
  // Names and kinds of members.
  'duplicate-name': ['problem', 'no two members have one name'],
  'duplicate-name-by-case': ['problem', 'no two names differ only by case or Unicode composition'],
  'file-and-folder': ['problem', 'no file has the name of another member’s folder'],
  'name-encoding': ['problem', 'names are UTF-8, flagged so where they are not ASCII'],
  'name-control-character': ['problem', 'names hold no control characters'],
  'unsafe-name': ['problem', 'names are relative, without "..", ".", empty parts, backslashes and drives'],
  'unicode-path-mismatch': ['problem', 'a Unicode path extra repeats the name'],
  'symbolic-link': ['problem', 'no member is a symbolic link'],
  'special-file': ['problem', 'members are regular files (and folders)'],
  'folder-member': ['advice', 'folders have no members of their own'],
  'dist-info-not-last': ['advice', 'the dist-info folder is the last in the archive'],
  'record-not-last': ['advice', 'RECORD is the last member'],
  // The file name: PEP 427, PEP 425, PEP 440, PEP 503.
  'bad-filename': ['problem', 'the file is named distribution-version[-build]-python-abi-platform.whl'],
  'filename-not-normalised': ['advice', 'name and version are spelt in their normalised form'],
  'filename-tags-mismatch': ['problem', 'the tags of the file name and of WHEEL are the same'],
  'filename-build-mismatch': ['problem', 'the build tags of the file name and of WHEEL are the same'],
  'filename-name-mismatch': ['problem', 'METADATA has the name of the file name'],
  'filename-version-mismatch': ['problem', 'METADATA has the version of the file name'],
  'linux-platform-tag': [
    'advice',
    'a platform tag says more than linux_ARCH, which the public index refuses',
  ],
  'over-index-limit': [
    'advice',
    'the wheel is not larger than the 100 MiB that the public index takes unasked',
  ],
  // The dist-info folder.
  'dist-info-missing': ['problem', 'there is a dist-info folder'],
  'dist-info-ambiguous': ['problem', 'there is one dist-info folder only'],
  'dist-info-name': ['problem', 'the dist-info folder has the name and version of the file name'],
  'metadata-missing': ['problem', 'there is METADATA'],
  'wheel-file-missing': ['problem', 'there is WHEEL'],
  'record-missing': ['problem', 'there is RECORD'],
  'file-too-large': ['problem', 'METADATA, WHEEL, RECORD and entry_points.txt are of a readable length'],
  'record-signature': ['advice', 'RECORD.jws and RECORD.p7s are not written any more (PEP 815)'],
  'sbom-not-json': ['advice', 'files in dist-info/sboms are SBOM documents: JSON (or XML) (PEP 770)'],
  'license-encoding': ['advice', 'license files are UTF-8 (PEP 639)'],
  'line-endings': ['advice', 'generated texts have LF line ends'],
  // WHEEL.
  'wheel-file-encoding': ['problem', 'WHEEL is UTF-8'],
  'wheel-file-syntax': ['problem', 'WHEEL is made of "Name: value" lines, single fields once'],
  'wheel-version': ['problem', 'Wheel-Version is 1.x'],
  'wheel-purelib': ['problem', 'Root-Is-Purelib is true or false'],
  'wheel-tag-missing': ['problem', 'WHEEL has Tag lines'],
  'wheel-tag-syntax': ['problem', 'a Tag line reads python-abi-platform'],
  'wheel-tag-compressed': ['advice', 'each Tag line has one combination: no "." in it'],
  // RECORD: PEP 376, PEP 427, PEP 627.
  'record-encoding': ['problem', 'RECORD is UTF-8'],
  'record-syntax': ['problem', 'RECORD is CSV with three columns'],
  'record-unlisted-member': ['problem', 'every member is in RECORD'],
  'record-extra-row': ['problem', 'every row of RECORD has its member'],
  'record-duplicate-row': ['problem', 'no file has two rows'],
  'record-unsafe-path': ['problem', 'paths in RECORD stay inside the wheel'],
  'record-folder-row': ['problem', 'RECORD lists no folders'],
  'record-hash-missing': ['problem', 'every row but RECORD’s own has a hash'],
  'record-hash-weak': ['problem', 'hashes are sha256 or better'],
  'record-hash-mismatch': ['problem', 'the content has the hash of its row'],
  'record-size-missing': ['advice', 'every row but RECORD’s own has a size'],
  'record-size-mismatch': ['problem', 'the content has the size of its row'],
  'record-own-hash': ['problem', 'RECORD’s own row has neither hash nor size'],
  // METADATA: the core metadata specification up to 2.5.
  'metadata-encoding': ['problem', 'METADATA is UTF-8'],
  'metadata-syntax': ['problem', 'METADATA is made of "Name: value" lines and a body'],
  'metadata-version-unknown': ['problem', 'Metadata-Version is one from 1.0 to 2.5'],
  'metadata-field-missing': ['problem', 'Metadata-Version, Name and Version are there'],
  'metadata-field-repeated': ['problem', 'fields for single use are there once'],
  'metadata-field-unknown': ['advice', 'every field is one of the specification'],
  'metadata-field-too-new': ['problem', 'no field is newer than the Metadata-Version'],
  'metadata-field-deprecated': ['advice', 'no field is deprecated at the Metadata-Version'],
  'metadata-name': ['problem', 'Name is a distribution name'],
  'metadata-version': ['problem', 'Version is one that PEP 440 knows'],
  'metadata-local-version': ['advice', 'Version has no local part, which the public index refuses'],
  'metadata-summary': ['problem', 'Summary is one line of at most 512 characters'],
  'metadata-content-type': ['problem', 'Description-Content-Type is text/plain, text/x-rst or text/markdown'],
  'metadata-description-twice': ['problem', 'the description is a field or the body, not both'],
  'metadata-dynamic': ['problem', 'Dynamic names other fields than Name, Version and Metadata-Version'],
  'metadata-requires-python': ['problem', 'Requires-Python is a version specifier'],
  'metadata-requires-dist': ['problem', 'Requires-Dist is a requirement (PEP 508)'],
  'metadata-direct-reference': ['advice', 'no requirement is a URL, which the public index refuses'],
  'metadata-provides-extra': ['problem', 'Provides-Extra is a name, once in its normalised form'],
  'metadata-extra-undeclared': ['advice', 'extras in markers are declared by Provides-Extra'],
  'metadata-license-expression': ['problem', 'License-Expression is an SPDX expression (PEP 639)'],
  'metadata-license-conflict': ['problem', 'License-Expression excludes License and license classifiers'],
  'metadata-license-file': ['problem', 'License-File is a relative path without "..", "*" and backslashes'],
  'metadata-license-file-early': ['advice', 'License-File needs Metadata-Version 2.4'],
  'metadata-license-file-missing': ['problem', 'every License-File is in dist-info/licenses (PEP 639)'],
  'metadata-project-url': ['problem', 'Project-URL is a label of at most 32 characters, a comma and a URL'],
  'metadata-project-url-twice': ['advice', 'no two Project-URL labels are one when normalised (PEP 753)'],
  'metadata-url': ['advice', 'Home-page and Download-URL are http or https URLs'],
  'metadata-email': ['advice', 'Author-email and Maintainer-email hold addresses'],
  'metadata-classifier': ['problem', 'a classifier is parts joined by " :: "'],
  'metadata-import-name': ['problem', 'Import-Name and Import-Namespace are dotted identifiers (PEP 794)'],
  'metadata-import-conflict': ['problem', 'no name is both Import-Name and Import-Namespace (PEP 794)'],
  // entry_points.txt.
  'entry-points-encoding': ['problem', 'entry_points.txt is UTF-8'],
  'entry-points-syntax': ['problem', 'entry_points.txt is made of sections and "name = reference" lines'],
  'entry-points-invalid': ['problem', 'names and object references are of the specified form'],
  // The .data folder.
  'data-folder-name': ['problem', 'the .data folder has the name and version of dist-info'],
  'data-scheme': ['problem', 'a .data folder holds purelib, platlib, headers, scripts and data only'],
} as const satisfies Readonly<Record<string, readonly ['problem' | 'advice', string]>>;

/** The identifier of a rule. It never changes its meaning. @public */
export type RuleId = keyof typeof RULES;

/** A rule that a wheel breaks, and where. @public */
export interface WheelProblem {
  readonly rule: RuleId;
  /** The archive member or RECORD row concerned; `null` where it's the wheel as a whole. */
  readonly member: string | null;
  readonly message: string;
}

/** Tells that a rule is broken; the check goes on. */
export type Report = (rule: RuleId, member: string | null, message: string) => void;

/** One rule can be broken by every member of a hostile archive: past this many, they are counted only. */
const SHOWN_PER_RULE = 100;

/** What was found so far, in the order of the checks. */
export class Findings {
  readonly #found: WheelProblem[] = [];
  readonly #counts = new Map<RuleId, number>();

  readonly report: Report = (rule, member, message) => {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    if (count <= SHOWN_PER_RULE) this.#found.push({ rule, member, message });
  };

  /** Whether any of the rules is broken. */
  has(...rules: readonly RuleId[]): boolean {
    return rules.some((rule) => this.#counts.has(rule));
  }

  /** All of one level; where a rule was broken too often to list, its last entry says how often. */
  of(level: 'problem' | 'advice'): WheelProblem[] {
    const hidden = [...this.#counts].flatMap(([rule, count]): WheelProblem[] =>
      count > SHOWN_PER_RULE
        ? [{ rule, member: null, message: `and ${count - SHOWN_PER_RULE} more of ${rule}` }]
        : [],
    );
    return [...this.#found, ...hidden].filter(({ rule }) => RULES[rule][0] === level);
  }
}
