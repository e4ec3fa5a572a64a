import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { StoreError } from '../error.js';
import type { S3Options, S3Settings } from './options.js';
import type * as Sdk from './sdk.js';

/** The SDK's commands and a client for them: loaded when the first request is made, for it takes a while. */
export interface Connection {
  readonly client: Sdk.S3Client;
  readonly sdk: typeof Sdk;
  /** The host that the last request went to; undefined before the first. */
  readonly host: () => string | undefined;
}

/** Above this, a body's digest isn't signed: its CRC-32 is checked by the server instead, and costs a tenth. */
const longestSignedBody = 1024 * 1024;

/**
 * Connects to a server. Retries are off (`withRetries` has its own), and so are the SDK's checksums: it takes them in
 * JavaScript, at 112 MB/s. Throws `access-denied` where no region is set.
 */
export async function connect(options: S3Options, settings: S3Settings): Promise<Connection> {
  // Which Node a later SDK will need is nothing that the user of a command can act on.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const sdk = await import('./sdk.js');
  const sockets = { keepAlive: true, maxSockets: Math.max(50, settings.concurrency * 2) };
  const config: S3ClientConfig = {
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.credentials === undefined ? {} : { credentials: credentialsOf(options.credentials) }),
    forcePathStyle: hasOwnEndpoint(options),
    followRegionRedirects: true,
    expectContinueHeader: false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new sdk.NodeHttpHandler({
      connectionTimeout: Math.min(10_000, settings.stallTimeout),
      socketTimeout: settings.stallTimeout,
      httpAgent: sockets,
      httpsAgent: sockets,
    }),
  };
  const client = new sdk.S3Client(config);
  await checkRegion(client);
  // In the place of the SDK's own, which other steps refer to: errors come as they are, after one try.
  client.middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  let host: string | undefined;
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as {
        body?: unknown;
        headers: Record<string, string>;
        hostname: string;
      };
      host = request.hostname;
      if (request.body instanceof Uint8Array && request.body.byteLength > longestSignedBody)
        request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { name: 'unsignedLargeBody', step: 'build' },
  );
  return { client, sdk, host: () => host };
}

/** Without a region no request can be signed: the SDK's own word for it comes late, and looks like a defect. */
async function checkRegion(client: Sdk.S3Client): Promise<void> {
  try {
    await client.config.region();
  } catch (error) {
    throw new StoreError('access-denied', 'No region is set for S3', {
      cause: error,
      hint: 'Set AWS_REGION, or `region` of the profile; any word will do for a server of your own.',
    });
  }
}

/** A server of one's own has a name for itself, but seldom one for each of its buckets. */
function hasOwnEndpoint({ endpoint }: S3Options): boolean {
  const { AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL: any } = process.env;
  return [endpoint, s3, any].some((url) => url !== undefined && url !== '');
}

function credentialsOf({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: NonNullable<S3Options['credentials']>): {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
} {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
