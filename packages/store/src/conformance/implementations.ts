import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';

/** An implementation of `Store`, with a way to an empty one. */
export interface Implementation {
  readonly name: string;
  readonly makeStore: (scratch: string) => Promise<Store>;
}

/** What the suite in this folder runs against. */
export const implementations: readonly Implementation[] = [
  { name: 'file://', makeStore: async (scratch) => openStore(await mkdtemp(join(scratch, 'store-'))) },
];
