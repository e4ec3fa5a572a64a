/** With what is compiled. Where, is the runner's question. */
export type ToolchainName = 'zig' | 'host' | 'gcc';

/** A folder's path at build time, and what it's called in the binaries instead. */
export interface PathName {
  readonly path: string;
  readonly name: string;
}

/** The place of one build, as far as a compiler needs to know it. */
export interface Site {
  /** An existing folder for the toolchain's own small files. */
  readonly folder: string;
  /** Folders in which dependencies are installed, the most important first. */
  readonly prefixes: readonly string[];
  /** Build paths that mustn't show in the result: the same input gives the same bytes wherever it's built. */
  readonly names: readonly PathName[];
  /** What the compilers are started through, where there is such a program. */
  readonly launcher?: Launcher | undefined;
}

/** A program that starts compilers and remembers what they made, and the environment that it needs. */
export interface Launcher {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The programs of a toolchain. */
export interface Tools {
  readonly cc: string;
  readonly cxx: string;
  readonly ar: string;
  readonly ranlib: string;
}

/** A toolchain made ready for one build. */
export interface Equipment {
  readonly tools: Tools;
  /** What build systems other than CMake go by. */
  readonly env: Readonly<Record<string, string>>;
  /** For `cmake -DCMAKE_TOOLCHAIN_FILE`; absent where CMake finds the compiler by itself. */
  readonly cmakeToolchainFile?: string;
  /** For `meson setup --cross-file`; absent where Meson finds the compiler by itself. */
  readonly mesonCrossFile?: string;
}

/** A compiler that is there, for one target. */
export interface Toolchain {
  readonly name: ToolchainName;
  /** Changes whenever its output may: part of every cache key. */
  readonly identity: string;
  /** Absolute folders with its programs: a container must be given them. */
  readonly readOnly: readonly string[];
  /** Absolute folders that it writes to, and from which nothing is lost with them. */
  readonly scratch: readonly string[];
  /** Writes what the build needs into the site's folder. */
  equip(site: Site): Promise<Equipment>;
}

/** The searched places of a list of prefixes, as compilers and pkg-config read them. */
export function searchPaths(prefixes: readonly string[]): Record<string, string> {
  if (prefixes.length === 0) return {};
  const below = (folder: string): string => prefixes.map((prefix) => `${prefix}/${folder}`).join(':');
  return {
    CMAKE_PREFIX_PATH: prefixes.join(':'),
    PKG_CONFIG_PATH: `${below('lib/pkgconfig')}:${below('share/pkgconfig')}`,
    CPATH: below('include'),
    LIBRARY_PATH: below('lib'),
  };
}
