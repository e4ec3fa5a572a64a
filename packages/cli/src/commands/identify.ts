import { resolve } from 'node:path';
import type { Command } from '../command.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { findIdentity, type IdentityFlags } from '../identify/find-identity.js';
import { describeIdentity, identityDocument } from '../render/identity-document.js';

/** `identify [PATH]`: commit, operating system, variant and linking of a build, each with its evidence. */
export function identify(args: readonly string[], options: Record<string, unknown>): Command {
  const flags = options as unknown as IdentityFlags;
  return async (context) => {
    const { reporter, style, options: global } = context;
    const [given] = args;
    const path = given === undefined ? undefined : resolve(global.cwd, given);
    const identity = await findIdentity(
      path === undefined || given === undefined ? undefined : { path, given },
      flags,
      context,
    );
    for (const warning of identity.warnings) reporter.warn(warning);
    for (const { message, hint } of identity.missing) {
      reporter.failure({ exitCode: EXIT.badInput, code: 'unknown', message, hint });
    }
    return {
      exitCode: exitCodeOf(identity),
      document: { schema: 'wheelwright/identify@1', ...identityDocument(given, identity) },
      text: describeIdentity(given, identity, style),
    };
  };
}

function exitCodeOf({
  missing,
  mismatch,
}: {
  readonly missing: readonly unknown[];
  readonly mismatch: boolean;
}): ExitCode {
  if (mismatch) return EXIT.refused;
  return missing.length === 0 ? EXIT.done : EXIT.badInput;
}
