import { afterAll } from '@jest/globals';
import { launchS3Server } from '@wheelwright/testing/s3';
import { startCluster } from '../../testing/kubernetes/cluster.js';
import { ground } from '../../testing/kubernetes/runners.js';
import { bucketTransfer } from '../../testing/bucket-transfer.js';

const server = await launchS3Server();
afterAll(() => server.close());
const cluster = await startCluster();
afterAll(() => cluster.stop());
process.env['KUBECONFIG'] = cluster.kubeconfig;
ground.cluster = cluster;
ground.transfer = bucketTransfer(server, await server.makeBucket('transfer'));

// One cluster for all: each of these is a suite of its own elsewhere.
await import('../../conformance/ending.spec.js');
await import('../../conformance/libraries.spec.js');
await import('../../conformance/words.spec.js');
