import { join } from 'node:path';
import { RunnerError } from '../error.js';
import { withLock } from '../lock.js';
import type { CompileEvent } from '../request.js';
import type { Surroundings } from '../runner/runner.js';
import type { ToolContext } from '../runner/tool.js';
import type { Target } from '../target.js';
import { hostToolchain } from './host.js';
import { imageToolchain } from './image.js';
import type { Toolchain, ToolchainName } from './toolchain.js';
import { warmZig, zigToolchain, zigTriple } from './zig.js';
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
  context: ToolContext & {
    readonly onEvent: (event: CompileEvent) => void;
    readonly place: Surroundings;
  },
): Promise<Toolchain> {
  const { place } = context;
  switch (name) {
    case 'gcc':
      return imageToolchain(target, place);
    case 'host':
      if (place.isolated) {
        const hint = 'compile with --toolchain gcc (the image\u2019s) or zig, or with --runner local';
        throw new RunnerError('target-unsupported', "this host's compilers aren't in the image", { hint });
      }
      return hostToolchain(target, process.arch, { ...context, folder: cache });
    case 'zig': {
      // A target that zig doesn't know isn't worth a download of 100 MB.
      zigTriple(target);
      const onInstall = (): void => {
        context.onEvent({ kind: 'stage', stage: 'toolchain', detail: `installing zig ${ZIGLANG.version}` });
      };
      const program = await installZig(cache, { ...context, onInstall });
      if (!place.isolated) return zigToolchain(target, program, join(cache, 'zig-cache'));
      const warm = join(cache, 'zig-warm', zigTriple(target));
      await withLock(`${warm}.lock`, () => warmZig(target, program, warm, context), context);
      return zigToolchain(target, program, warm);
    }
  }
}
