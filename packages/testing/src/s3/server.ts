import { afterAll } from '@jest/globals';
import type { Requirement } from '../requirement.js';
import { gatewayAbsence, launchS3Server, type S3Server } from './gateway.js';

/** What a group of tests needs that talks to an S3 server. */
export const s3Requirement: Requirement = {
  met: gatewayAbsence === undefined,
  reason: gatewayAbsence ?? '',
};

/**
 * Starts an S3 server for the tests of one file, and closes it after them.
 * @returns `undefined` where there is no program for it: then `describeIf([s3Requirement], ...)` skips the group
 */
export async function startS3Server(): Promise<S3Server | undefined> {
  if (gatewayAbsence !== undefined) return undefined;
  const server = await launchS3Server();
  afterAll(() => server.close());
  return server;
}
