import { installPipPackage, type InstallContext, type PipPackage } from './pip-package.js';

/** The PyPI package that holds zig, and the sha256 of its wheels for the hosts that we know. */
export const ZIGLANG = {
  name: 'zig',
  distribution: 'ziglang',
  version: '0.17.1',
  sha256: {
    x86_64: 'ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
    aarch64: 'b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e',
  },
  program: ['ziglang', 'zig'],
  versionArguments: ['version'],
  missing: 'zig-missing',
  otherwise: '--toolchain host',
} as const satisfies PipPackage;

/**
 * Installs zig into the cache, once.
 *
 * @returns the path of the zig program
 * @throws {@link RunnerError} `python-missing`, `zig-missing`
 */
export function installZig(cache: string, context: InstallContext): Promise<string> {
  return installPipPackage(cache, ZIGLANG, context);
}
