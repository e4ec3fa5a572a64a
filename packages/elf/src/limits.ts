/**
 * Counts beyond which a file is refused. Sizes in a file are the file's claims: each is compared with the file
 * itself first, and with these where a large file could still make us spend memory out of proportion.
 */

/** Longest name of a library, version or section: Linux' PATH_MAX. */
export const MAX_NAME_LENGTH = 1 << 12;

/** Longest search path, which holds several folders. */
export const MAX_PATH_LENGTH = 1 << 16;

/** Longest symbol name. Mangled C++ names of more than 100 kB have been seen in the wild. */
export const MAX_SYMBOL_LENGTH = 1 << 20;

/** Bytes of all names of a file that become strings. They may overlap, so the string table's size is no bound. */
export const MAX_TEXT_BYTES = 1 << 24;

/** Bytes of the names of Python modules in one file, the functions that only begin like one included. */
export const MAX_MODULE_BYTES = 1 << 20;

/** Entries of the dynamic section. Real ones have some dozens, plus one for each needed library. */
export const MAX_DYNAMIC_ENTRIES = 1 << 14;

/** Symbol versions: the index is a 15-bit number (LSB, "Symbol Version Table"). */
export const MAX_VERSIONS = 1 << 15;

/** Bytes over which the linked entries of a version table spread. glibc's own take 2 kB. */
export const MAX_VERSION_BYTES = 1 << 20;

/** Dynamic symbols. The largest libraries in use have under two million. */
export const MAX_SYMBOLS = 1 << 22;

/** Undefined symbols, which are kept as objects. The largest libraries in use have some ten thousand. */
export const MAX_IMPORTS = 1 << 18;

/** Sections. Object files compiled with -ffunction-sections have tens of thousands. */
export const MAX_SECTIONS = 1 << 18;

/** Segments. A core file has one for each mapping of the process. */
export const MAX_SEGMENTS = 1 << 18;

/** Notes with GNU properties. Real files have one. */
export const MAX_PROPERTY_NOTES = 16;

/** Notes. A core file has a few for each thread. */
export const MAX_NOTES = 1 << 14;
