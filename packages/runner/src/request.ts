import type { FailureReason, Runner } from './runner/runner.js';
import type { ToolchainName } from './toolchain/toolchain.js';

/** A folder of this machine. */
export interface FolderSource {
  /** Absolute; it is only read. */
  readonly path: string;
}

/** A commit of a git repository. */
export interface GitSource {
  /** A URL (https, ssh, http, git, file), `user@host:path`, or an absolute path. */
  readonly git: string;
  /** All its hexadecimal digits: 40, or 64 in a repository of SHA-256. */
  readonly commit: string;
  /** Whether the commits of its submodules come along, and theirs. */
  readonly submodules?: boolean;
}

/** A tar or ZIP archive. All are checked before they're unpacked; an only top folder is taken off. */
export type PinnedArchive =
  /** `name@exact`, and `sha512-BASE64` as package-lock.json has it. */
  | { readonly npm: string; readonly integrity: string }
  /** `name==exact`, and the sha256 of one of its files in hex: a wheel or a source archive. */
  | { readonly pypi: string; readonly sha256: string }
  /** An absolute path or an http(s) URL, and the sha256 of its bytes in hex. */
  | { readonly archive: string; readonly sha256: string };

/** Where files come from. */
export type Material = FolderSource | GitSource | PinnedArchive;

/** Which part of it is meant, and who asks. */
export interface Part {
  /** A folder of it, relative, with `/`; all of it if absent. */
  readonly subfolder?: string;
  /** The configuration key that named it, for messages. */
  readonly origin: string;
}

/** Files that are copied over the source tree. */
export type Overlay = Material &
  Part & {
    /** Folder inside the tree, relative, with `/`; `.` is the tree itself. */
    readonly to: string;
  };

/** A glob or a file, with the configuration key that named it. */
export interface Named {
  readonly value: string;
  readonly origin: string;
}

/** What is compiled: a copy of the base, then overlays, then removals, then patches, each in order. */
export type SourceRequest = Material & Part & SourceChanges;

/** What is done to the base. */
export interface SourceChanges {
  readonly overlays?: readonly Overlay[];
  /** Globs inside the tree. As with `rm`, one that matches nothing is an error. */
  readonly remove?: readonly Named[];
  /** Absolute patch files. */
  readonly patches?: readonly Named[];
  /** Absolute paths that are left behind, such as a folder of earlier wheels inside the source. */
  readonly exclude?: readonly string[];
}

/** How CMake builds: configured for the toolchain, built in the folder `build` of the tree. */
export interface CMakeBuild {
  readonly system: 'cmake';
  /** More arguments of the configuring `cmake`. */
  readonly options?: readonly string[];
}

/** How Meson builds: set up with a cross file of the toolchain, compiled in the folder `build` of the tree. */
export interface MesonBuild {
  readonly system: 'meson';
  /** More arguments of `meson setup`. */
  readonly options?: readonly string[];
}

/** How make builds: in the tree, with the toolchain's CC, CXX, AR and RANLIB. */
export interface MakeBuild {
  readonly system: 'make';
  /** Targets, assignments and options of make. */
  readonly options?: readonly string[];
}

/** A build system that is driven for the toolchain. */
export type SystemBuild = CMakeBuild | MesonBuild | MakeBuild;

/** The project's own command, run in the tree. Placeholders such as `{variant}` are filled in inside an argument. */
export interface CommandBuild {
  readonly command: readonly string[];
}

/** Several commands, run one after the other in the source. A dependency's install below `{prefix}`. */
export interface CommandsBuild {
  readonly commands: readonly (readonly string[])[];
}

/** Where a dependency's source comes from: what is pinned. */
export type DependencySource = PinnedArchive | GitSource;

/** A library that is linked in: built once for each toolchain and target, and kept in the cache. */
export interface StaticDependency {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
  readonly source: DependencySource;
  /** The folder of the archive in which the commands run and the licences are looked for. */
  readonly subfolder?: string;
  readonly build: SystemBuild | CommandsBuild;
  readonly env?: Readonly<Record<string, string>>;
  /** The licence as an SPDX expression, for the software bill of materials. */
  readonly license?: string;
  /** Globs of the licence files that travel with the result. One that matches nothing is an error. */
  readonly licenses?: readonly string[];
}

/** Which files are taken, and where they go: the hierarchy below `base` is kept below `to`. */
export interface LibrarySelection {
  /** Glob, relative to the root. */
  readonly from: string;
  /** Folder, relative to the root; the root itself if absent. */
  readonly base?: string;
  /** Folder of the result; its root if absent. */
  readonly to?: string;
  readonly origin: string;
}

/** The wheel that a project's own build makes. */
export interface WheelSelection {
  /** The folder of the tree that it's written to. */
  readonly folder: string;
  readonly origin: string;
}

/** One compilation: everything that decides what comes out. */
export interface CompileRequest {
  readonly source: SourceRequest;
  readonly dependencies?: readonly StaticDependency[];
  readonly toolchain: ToolchainName;
  /** A platform tag: `manylinux2014_x86_64`, `manylinux_2_28_aarch64`, or `linux_x86_64` with the host toolchain. */
  readonly target: string;
  readonly build: SystemBuild | CommandBuild | CommandsBuild;
  /** The configuration key of `build` and `env`, for messages; `compile` if absent. */
  readonly origin?: string;
  readonly variant?: string;
  /** The Python that extensions are built for: `3.11`. Absent where no Python in particular is meant. */
  readonly python?: string;
  /** Declared environment; besides it, the commands see a short list of the caller's variables only. */
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs?: number;
  /** Whether ccache is used where it's there; it never changes what comes out. Default true. */
  readonly ccache?: boolean;
  readonly outputs: readonly LibrarySelection[];
  /** Set where the build makes a whole wheel: this one file comes out then, and no `outputs` are looked for. */
  readonly wheel?: WheelSelection;
}

/** Where the compilation runs and where its result goes. */
export interface CompileOptions {
  readonly runner: Runner;
  /** Seconds that the commands of one build may take; a dependency's have a limit of their own. */
  readonly timeLimit?: number;
  /** The cache's root folder: toolchains, dependencies, downloads, work folders, logs of failed builds. */
  readonly cache: string;
  /** The folder for the result. It must not exist; it appears complete or not at all. */
  readonly destination: string;
  /** Whether a ZIP archive of the merged source tree goes into the destination too. */
  readonly snapshot?: boolean;
  /** Asked for the merged tree before it's made: one that is in the cache already is moved into the build. */
  readonly prepared?: () => PreparedTree | undefined;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: CompileEvent) => void;
  /** Defaults to this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; defaults to the system's clock. */
  readonly clock?: () => number;
}

/** A merged source tree, and its sha256. */
export interface PreparedTree {
  /** On the same disk as the cache. */
  readonly folder: string;
  readonly treeHash: string;
}

/** What a terminal may show while it waits. */
export type CompileEvent =
  | {
      readonly kind: 'stage';
      readonly stage: 'toolchain' | 'source' | 'dependency' | 'compile' | 'collect' | 'wait';
      readonly detail: string;
    }
  | { readonly kind: 'command'; readonly step: string; readonly command: readonly string[] }
  | { readonly kind: 'output'; readonly text: string };

/** A file of the result: its name in it (relative, with `/`), and where it lies. */
export interface OutputFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** How a compilation ended. */
export type CompileResult = CompiledResult | FailedResult | { readonly status: 'cancelled' };

/** All outputs are in the destination. */
export interface CompiledResult {
  readonly status: 'compiled';
  readonly outputs: readonly OutputFile[];
  /** The build's log, in the destination. */
  readonly log: string;
  readonly seconds: number;
  /** What it was compiled in, with its digest; absent on this host itself. */
  readonly image?: { readonly name: string; readonly digest: string };
  /** sha256 of the merged source tree: paths, modes and contents. */
  readonly treeHash: string;
  /** The snapshot of the source tree, in the destination, where one was asked for. */
  readonly snapshot?: OutputFile;
  readonly licenses: readonly { readonly name: string; readonly path: string; readonly dependency: string }[];
  readonly dependencies: readonly LinkedDependency[];
}

/** A static dependency of what was compiled. */
export interface LinkedDependency {
  readonly name: string;
  readonly version: string;
  readonly source: DependencySource;
  readonly license?: string;
  /** Whether it was built before. */
  readonly cached: boolean;
}

/** A command said no; there is no destination. */
export interface FailedResult {
  readonly status: 'failed';
  readonly step: string;
  readonly command: readonly string[];
  readonly exitCode?: number;
  readonly signal?: string;
  /** Why, where it isn't the command's own doing. */
  readonly reason?: FailureReason;
  /** The whole log, kept in the cache until the next build of the same project. */
  readonly log: string;
  /** The log's last lines. */
  readonly tail: readonly string[];
}
