import type { CompileEvent } from '../request.js';
import type { ToolContext } from '../runner/tool.js';
import type { Target } from '../target.js';
import { hostToolchain } from './host.js';
import type { Toolchain, ToolchainName } from './toolchain.js';
import { zigToolchain, zigTriple } from './zig.js';
import { installZig, ZIGLANG } from './ziglang.js';

/**
 * Makes sure that a toolchain is there, for this target.
 *
 * @throws {@link RunnerError} `target-unsupported`, `tool-missing`, `python-missing`, `zig-missing`
 */
export async function chooseToolchain(
  name: ToolchainName,
  target: Target,
  cache: string,
  context: ToolContext & { readonly onEvent: (event: CompileEvent) => void },
): Promise<Toolchain> {
  switch (name) {
    case 'host':
      return hostToolchain(target, process.arch, { ...context, folder: cache });
    case 'zig': {
      // A target that zig doesn't know isn't worth a download of 100 MB.
      zigTriple(target);
      const onInstall = (): void => {
        context.onEvent({ kind: 'stage', stage: 'toolchain', detail: `installing zig ${ZIGLANG.version}` });
      };
      return zigToolchain(target, await installZig(cache, { ...context, onInstall }), cache);
    }
  }
}
