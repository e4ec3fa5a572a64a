import type { ToolTable } from '../config/schema.js';
import type { Finding } from './finding.js';

/** The names of what a project can't be built without on this machine. */
export function neededNames(tool: ToolTable, findings: readonly Finding[]): ReadonlySet<string> {
  const needed = new Set<string>();
  const here = (name: string): boolean =>
    findings.some((finding) => finding.name === name && finding.status === 'here');
  const { compile } = tool;
  if (compile !== undefined) {
    const local = compile.runner === 'local';
    if (compile.toolchain === 'zig') {
      needed.add('zig');
      if (!here('zig')) needed.add('python3');
    }
    if (compile.toolchain === 'host') for (const name of ['gcc', 'g++']) needed.add(name);
    if (compile.runner === 'docker') needed.add(compile.engine);
    if (compile.runner === 'slurm') needed.add('slurm');
    // Sources and results go through a bucket.
    if (compile.runner === 'kubernetes')
      for (const name of ['kubernetes', 'aws credentials']) needed.add(name);
    if (compile['wheel-command'].length > 0) needed.add('python3');
    const systems = [compile['build-system'], ...tool.static.map((table) => table['build-system'])];
    if (local && systems.includes('make')) needed.add('make');
    for (const system of ['cmake', 'meson'] as const) {
      // They're brought by pip where they aren't here.
      if (systems.includes(system) && (!local || !here(system))) needed.add('python3');
    }
  }
  if (tool.repair !== undefined && tool.repair.strip !== 'none') needed.add('strip');
  if (tool.store?.url.startsWith('s3:') === true)
    for (const name of ['store', 'aws credentials']) needed.add(name);
  else if (tool.store !== undefined) needed.add('store');
  return needed;
}
