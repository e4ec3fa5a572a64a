import { createHash, createHmac } from 'node:crypto';

/** What a request to a server's own interface is signed with. */
export interface Signer {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Sends a signed request (AWS Signature Version 4), for what tests have to arrange on a server and no store does. */
export async function signedRequest(
  { endpoint, region, credentials }: Signer,
  request: {
    readonly method: string;
    readonly path: string;
    readonly query?: string;
    readonly body?: string;
  },
): Promise<string> {
  const { method, path, query = '', body = '' } = request;
  const url = new URL(`${path}${query === '' ? '' : `?${query}`}`, endpoint);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-content-sha256': hash(body),
    'x-amz-date': time,
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    url.pathname,
    query.includes('=') || query === '' ? query : `${query}=`,
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    hash(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const response = await fetch(url, {
    method,
    headers: {
      // fetch itself says `host`.
      'x-amz-content-sha256': hash(body),
      'x-amz-date': time,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    ...(body === '' ? {} : { body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url.href}: ${response.status} ${text}`);
  return text;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
