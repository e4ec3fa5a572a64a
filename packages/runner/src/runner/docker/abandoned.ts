import type { Engine } from './engine.js';
import { hasDied, LABEL } from './owner.js';

/** Removes the containers of processes of this host that have died: nobody else will. */
export async function removeAbandoned(engine: Engine, signal?: AbortSignal): Promise<void> {
  const listed = await engine.ask(['ps', '--all', '--quiet', '--filter', `label=${LABEL}`], signal);
  for (const id of listed.split('\n').filter((line) => line !== '')) {
    const inspect = ['inspect', '--format', `{{index .Config.Labels "${LABEL}"}}`, id];
    const { exitCode, stdout } = await engine.try(inspect, signal);
    // Somebody else may be removing it at the same time.
    if (exitCode === 0 && hasDied(stdout.trim()))
      await engine.try(['rm', '--force', '--volumes', id], signal);
  }
}
