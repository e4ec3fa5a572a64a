import { request as requestPlain } from 'node:http';
import { request as requestSecure, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';

/** Who reads a log. */
export interface LogReader {
  readonly onOutput: (chunk: Buffer) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a log's bytes until the server ends it. The library's own follower hears neither of a stream's end nor of its
 * errors.
 *
 * @param path - with its query
 * @returns whether it came to its end
 * @throws what `onOutput` throws
 */
export async function readLog(
  config: KubeConfig,
  path: string,
  reader: LogReader,
): Promise<'ended' | 'broken'> {
  const { signal, onOutput } = reader;
  if (signal?.aborted === true) return 'broken';
  const url = new URL((config.getCurrentCluster()?.server ?? '') + path);
  const options: RequestOptions = { method: 'GET', ...(signal === undefined ? {} : { signal }) };
  await config.applyToHTTPSOptions(options);
  const answer = await new Promise<IncomingMessage | undefined>((resolve) => {
    const send = url.protocol === 'http:' ? requestPlain : requestSecure;
    const sent = send(url, options, resolve);
    sent.on('error', () => {
      resolve(undefined);
    });
    sent.end();
  });
  if (answer?.statusCode !== 200) {
    answer?.resume();
    return 'broken';
  }
  const refusals: unknown[] = [];
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      try {
        onOutput(chunk);
      } catch (error) {
        refusals.push(error);
        throw error;
      }
    }
    return answer.complete ? 'ended' : 'broken';
  } catch (error) {
    if (refusals.length > 0) throw error;
    return 'broken';
  }
}
