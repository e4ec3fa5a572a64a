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
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
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
  const signature = sign(canonical, { time, scope, secret: credentials.secretAccessKey });
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

/** An address of an object that works without credentials for an hour (the same, in the query). */
export function signedLink({ endpoint, region, credentials }: Signer, method: string, path: string): string {
  const url = new URL(path, endpoint);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const query = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': '3600',
    'X-Amz-SignedHeaders': 'host',
  };
  url.search = new URLSearchParams(query).toString();
  const asked = url.search.slice(1);
  const canonical = [method, url.pathname, asked, `host:${url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join(
    '\n',
  );
  url.search += `&X-Amz-Signature=${sign(canonical, { time, scope, secret: credentials.secretAccessKey })}`;
  return url.href;
}

function sign(
  canonical: string,
  { time, scope, secret }: { readonly time: string; readonly scope: string; readonly secret: string },
): string {
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<
      Buffer | string
    >((last, part) => createHmac('sha256', last).update(part).digest(), `AWS4${secret}`);
  return createHmac('sha256', key).update(toSign).digest('hex');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
