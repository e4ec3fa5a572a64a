import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { openStore, type Store } from '@wheelwright/store';
import { describeIf, s3Requirement, startS3Server, temporaryFolder } from '@wheelwright/testing';

const server = await startS3Server();
await server?.makeBucket('index');
const scratch = await temporaryFolder('index-stores');

/** Runs a suite over an empty folder, and over an empty part of a bucket where there is a server. */
export function describeStores(about: string, suite: (makeStore: () => Promise<Store>) => void): void {
  describe(`${about}, on file://`, () => {
    suite(async () => openStore(await mkdtemp(join(scratch, 'store-'))));
  });
  describeIf([s3Requirement], `${about}, on s3://`, () => {
    suite(() => Promise.resolve(openStore(`s3://index/${randomUUID()}`, { s3: { ...server?.access } })));
  });
}
