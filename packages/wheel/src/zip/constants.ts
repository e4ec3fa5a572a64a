/** Signatures, methods and bits of the ZIP format, by the names of APPNOTE.TXT 6.3.10. */

export const LOCAL_HEADER = 0x04034b50;
export const CENTRAL_HEADER = 0x02014b50;
export const END_RECORD = 0x06054b50;
export const ZIP64_END_RECORD = 0x06064b50;
export const ZIP64_END_LOCATOR = 0x07064b50;

export const METHOD_STORE = 0;
export const METHOD_DEFLATE = 8;

/** General-purpose bits (4.4.4). */
export const FLAG_ENCRYPTED = 1 << 0;
export const FLAG_DATA_DESCRIPTOR = 1 << 3;
export const FLAG_UTF8 = 1 << 11;
/** Of the strong encryption that hides even the directory: bits 6 and 13. */
export const FLAGS_STRONG_ENCRYPTION = (1 << 6) | (1 << 13);

/** Extra field of the sizes and offsets that don't fit into 32 bits (4.5.3). */
export const EXTRA_ZIP64 = 0x0001;

/** What a 32-bit and a 16-bit field holds when its value is in the ZIP64 records. */
export const IN_ZIP64 = 0xffffffff;
export const COUNT_IN_ZIP64 = 0xffff;

/** Upper byte of 'version made by': the external attributes' upper half is a Unix mode (4.4.2). */
export const MADE_ON_UNIX = 3;

/** The file types of a Unix mode that the format can carry. */
export const MODE_TYPE = 0o170000;
export const MODE_REGULAR = 0o100000;
export const MODE_FOLDER = 0o040000;
export const MODE_SYMLINK = 0o120000;
export const MODE_PERMISSIONS = 0o7777;
