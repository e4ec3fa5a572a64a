/** How an S3 store talks to its server; what isn't given comes from the AWS SDK's own chain. @public */
export interface S3Options {
  /** Another server than Amazon's (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL); its buckets are addressed by path. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** A section of the shared configuration files (AWS_PROFILE). */
  readonly profile?: string | undefined;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
  /** Load the SDK now, beside other work, and not with the first call. */
  readonly eager?: boolean | undefined;
  /**
   * How many parts travel at once (4). Where it isn't given, a file of at most 5 GiB goes to a server on this machine in
   * one request: both share its processors, so that parts win nothing, and some servers write them twice.
   */
  readonly concurrency?: number | undefined;
  /** The size of a part of a large object in bytes (16 MiB; at least 5 MiB, and more for very large files). */
  readonly partSize?: number | undefined;
  /** How often a request is tried before its failure is told (10: some 20 s). */
  readonly attempts?: number | undefined;
  /** After so many milliseconds without a byte a connection is given up (30 000). */
  readonly stallTimeout?: number | undefined;
}

const MiB = 1024 * 1024;

/** Options with their defaults. */
export interface S3Settings {
  readonly concurrency: number;
  /** Whether large files go in parts also where the server is this machine. */
  readonly alwaysParts: boolean;
  readonly partSize: number;
  readonly attempts: number;
  readonly stallTimeout: number;
}

/** Fills in what was not said. */
export function settingsOf({
  concurrency,
  partSize = 16 * MiB,
  attempts = 10,
  stallTimeout = 30_000,
}: S3Options): S3Settings {
  return {
    concurrency: Math.max(1, Math.floor(concurrency ?? 4)),
    alwaysParts: concurrency !== undefined,
    partSize: Math.max(5 * MiB, Math.floor(partSize)),
    attempts: Math.max(1, Math.floor(attempts)),
    stallTimeout,
  };
}
