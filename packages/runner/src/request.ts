import type { FailureReason, Runner } from './runner/runner.js';
import type { ToolchainName } from './toolchain/toolchain.js';

/** A folder that is copied over the source tree. */
export interface Overlay {
  /** Absolute folder. */
  readonly path: string;
  /** Folder inside the tree, relative, with `/`; `.` is the tree itself. */
  readonly to: string;
  /** The configuration key that named it, for messages. */
  readonly origin: string;
}

/** A glob or a file, with the configuration key that named it. */
export interface Named {
  readonly value: string;
  readonly origin: string;
}

/** What is compiled: a copy of `path`, then overlays, then removals, then patches, each in order. */
export interface SourceRequest {
  /** Absolute folder; it is only read. */
  readonly path: string;
  readonly origin: string;
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

/** Where a dependency's source comes from. Both are checked before they're unpacked. */
export type DependencySource =
  /** `name@exact`, and `sha512-BASE64` as package-lock.json has it. */
  | { readonly npm: string; readonly integrity: string }
  /** An absolute path or an http(s) URL of a tar archive, and the sha256 of its bytes in hex. */
  | { readonly archive: string; readonly sha256: string };

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
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: CompileEvent) => void;
  /** Defaults to this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; defaults to the system's clock. */
  readonly clock?: () => number;
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
  readonly licenses: readonly { readonly name: string; readonly path: string; readonly dependency: string }[];
  readonly dependencies: readonly {
    readonly name: string;
    readonly version: string;
    readonly cached: boolean;
  }[];
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
