import { hostname } from 'node:os';
import { LABEL } from './arguments.js';
import type { Engine } from './engine.js';

/** Removes the containers of processes of this host that have died: nobody else will. */
export async function removeAbandoned(engine: Engine, signal?: AbortSignal): Promise<void> {
  const format = `{{.ID}} {{.Label "${LABEL}"}}`;
  const listed = await engine.ask(['ps', '--all', '--filter', `label=${LABEL}`, '--format', format], signal);
  for (const line of listed.split('\n')) {
    const [id = '', owner = ''] = line.trim().split(' ');
    const at = owner.lastIndexOf(':');
    if (id === '' || owner.slice(0, at) !== hostname() || isAlive(Number(owner.slice(at + 1)))) continue;
    // Somebody else may be removing it at the same time.
    await engine.try(['rm', '--force', '--volumes', id], signal);
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // EPERM: it's there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
