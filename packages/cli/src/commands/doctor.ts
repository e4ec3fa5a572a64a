import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { userFolders } from '../build/folders.js';
import type { Command } from '../command.js';
import { loadToolTable } from '../config/load.js';
import type { Finding } from '../doctor/finding.js';
import { neededNames } from '../doctor/needs.js';
import { findCredentials } from '../doctor/credentials.js';
import { findKubeconfig, findStore, findZig } from '../doctor/places.js';
import { askProgram } from '../doctor/program.js';
import { PROGRAMS } from '../doctor/programs.js';
import { EXIT } from '../exit-code.js';
import { describeFindings } from '../render/doctor.js';

/**
 * `doctor [PROJECT]`: what is here, and what each missing thing costs; exit 3 where the project's configuration needs
 * something that is missing. Everything is asked at the same time, and nobody for longer than its limit.
 */
export function doctor(args: readonly string[]): Command {
  return async ({ host, options, reporter, signal, style }) => {
    const folder = resolve(options.cwd, args[0] ?? host.env['WHEELWRIGHT_PROJECT'] ?? '.');
    const tool = await loadToolTable(folder);
    reporter.step('looking around');
    // Each program that is asked listens for the cancellation.
    setMaxListeners(PROGRAMS.length * 2 + 10, signal);
    const compile = tool?.compile;
    const url = host.env['WHEELWRIGHT_STORE'] ?? tool?.store?.url;
    const probes: Promise<Finding>[] = [
      findZig(userFolders(host.env).cache),
      ...PROGRAMS.map((probe) => askProgram(probe, host.env, signal)),
      findKubeconfig(host.env, compile?.runner === 'kubernetes' ? { context: compile.context } : undefined),
      findCredentials(host.env, url?.startsWith('s3:') === true, signal),
      ...(url === undefined || url === '' ? [] : [findStore(url, folder, signal)]),
    ];
    const found = await Promise.all(probes);
    const needed = tool === undefined ? new Set<string>() : neededNames(tool, found);
    const order = ['toolchain', 'engine', 'cluster', 'python', 'store'];
    const findings = found
      .map((finding) => ({ ...finding, needed: needed.has(finding.name) }))
      .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
    const lacking = findings.filter(
      (finding) => finding.needed && (finding.status === 'missing' || finding.status === 'broken'),
    );
    return {
      exitCode: lacking.length === 0 ? EXIT.done : EXIT.outside,
      document: {
        schema: 'wheelwright/doctor@1',
        ok: lacking.length === 0,
        missing: lacking.map(({ name }) => name),
        findings,
      },
      text: describeFindings(findings, { style, width: host.stdout.columns }),
    };
  };
}
