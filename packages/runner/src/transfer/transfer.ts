/**
 * Where files lie on their way between this host and a place that shares no folder with it: a bucket, as the caller
 * has one. Names are words separated by `/`. Nothing is half there: a file has its name once it's whole.
 *
 * @public
 */
export interface Transfer {
  /** Its address, for messages. */
  readonly url: string;
  /** What is there under a name; undefined where there is nothing whose digest is known. */
  find(name: string, signal?: AbortSignal): Promise<SentFile | undefined>;
  /** Sends a file. Without `replace` what is there already under this name stays, and the call succeeds. */
  send(name: string, file: string, options: SendOptions): Promise<void>;
  /**
   * Writes what is there into a new file.
   *
   * @returns false where there is nothing of this name, or more than the limit
   */
  receive(name: string, file: string, options: ReceiveOptions): Promise<boolean>;
  /** To remove what isn't there succeeds. */
  remove(name: string): Promise<void>;
  /**
   * An http address that gives (GET) or takes (PUT) a file without credentials for a while.
   *
   * @returns undefined where there are none: a folder of this machine
   */
  link(name: string, options: TransferLink): Promise<string | undefined>;
}

/** What is known of a file that was sent. */
export interface SentFile {
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
}

/** How a file is sent. */
export interface SendOptions {
  /** Of its bytes, in hex: it's kept with them. */
  readonly sha256: string;
  readonly replace: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** How much is received at most. */
export interface ReceiveOptions {
  /** Bytes. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** What an address is for, and how many seconds. */
export interface TransferLink {
  readonly method: 'GET' | 'PUT';
  readonly seconds: number;
}
