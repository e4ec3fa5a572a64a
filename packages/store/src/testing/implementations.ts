import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { describeIf, s3Requirement, startS3Server } from '@wheelwright/testing';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';

/** Makes an empty store. */
export type MakeStore = (scratch: string) => Promise<Store>;

const server = await startS3Server();
const bucket = await server?.makeBucket('conformance');

/** Runs a suite against every implementation: a folder, and a bucket where there is a server. */
export function describeStores(about: string, suite: (makeStore: MakeStore) => void): void {
  describe(`a store on file://, ${about}`, () => {
    suite(async (scratch) => openStore(await mkdtemp(join(scratch, 'store-'))));
  });
  describeIf([s3Requirement], `a store on s3://, ${about}`, () => {
    suite(async () => {
      return Promise.resolve(openStore(`s3://${bucket ?? ''}/${randomUUID()}`, { s3: server?.access }));
    });
  });
}
