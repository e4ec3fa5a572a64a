import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../free-port.js';
import { signedRequest } from './signed-request.js';

const version = 'v1.8.0';

/** Where tools/services/install puts the server. */
function gatewayPath(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const services = process.env['WHEELWRIGHT_SERVICES'] ?? join(cache, 'wheelwright/services');
  return join(services, `versitygw-${version}`, 'versitygw');
}

/** Why there is no server to start; `undefined` where there is one. */
export const gatewayAbsence: string | undefined = existsSync(gatewayPath())
  ? undefined
  : `there is no versitygw ${version}: run tools/services/install`;

/** A running S3 server, and how to talk to it. */
export interface S3Server {
  readonly port: number;
  /** What a client has to be told. */
  readonly access: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The same as the variables of the AWS SDK. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder whose subfolders are the buckets; `mkdir` makes one. */
  readonly buckets: string;
  makeBucket(name: string): Promise<string>;
  /**
   * Makes a bucket that anybody may read, and a web site: its address there. The site's bucket is found by the host's
   * name, so there is one, called `localhost`.
   */
  makeWebsite(): Promise<string>;
  /** Stops the server; `start` brings it back on the same port with the same objects. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it for good, and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts an S3 server on a free port of loopback, with buckets in a temporary folder. Whoever starts it closes it.
 * @throws Error where there is no program for it
 */
export async function launchS3Server(): Promise<S3Server> {
  if (gatewayAbsence !== undefined) throw new Error(gatewayAbsence);
  const folder = await mkdtemp(join(tmpdir(), 'wheelwright-s3-'));
  const buckets = join(folder, 'buckets');
  for (const name of [buckets, join(folder, 'iam'), join(folder, 'versions')]) await mkdir(name);
  const credentials = { accessKeyId: 'testkey', secretAccessKey: 'testsecret' };
  const port = await freePort();
  const websitePort = await freePort();
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    const killer = setTimeout(() => running.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(killer);
  };
  const launch = async (): Promise<void> => {
    const args = ['--port', `127.0.0.1:${port}`, '--region', 'us-east-1', '--iam-dir', join(folder, 'iam')];
    args.push('--health', '/health', '--quiet', '--keep-alive');
    args.push('--website', `127.0.0.1:${websitePort}`, 'posix');
    args.push('--versioning-dir', join(folder, 'versions'), buckets);
    child = spawn(gatewayPath(), args, {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        ROOT_ACCESS_KEY: credentials.accessKeyId,
        ROOT_SECRET_KEY: credentials.secretAccessKey,
      },
    });
    await answers(`http://127.0.0.1:${port}/health`, child);
  };
  await launch();
  const endpoint = `http://127.0.0.1:${port}`;
  const access = { endpoint, region: 'us-east-1', credentials };
  return {
    port,
    access,
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    buckets,
    makeBucket: async (name) => {
      await mkdir(join(buckets, name));
      return name;
    },
    makeWebsite: async () => {
      await mkdir(join(buckets, 'localhost'));
      const policy = {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::localhost/*' },
        ],
      };
      await signedRequest(access, {
        method: 'PUT',
        path: '/localhost',
        query: 'policy',
        body: JSON.stringify(policy),
      });
      await signedRequest(access, {
        method: 'PUT',
        path: '/localhost',
        query: 'website',
        body: '<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>',
      });
      return `http://localhost:${websitePort}/`;
    },
    stop,
    start: launch,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return;
    await delay(25);
  }
  throw new Error(`versitygw did not answer on ${url}`);
}
