import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { StoreError, type Store } from '@wheelwright/store';
import { formatHtml } from './html.js';
import { isProjectName, keys, normaliseProject } from './name.js';
import { parseProjectPage, parseRootPage, type ProjectPage, type RootPage } from './page.js';
import { readObject } from './store-page.js';

/** @public */
export interface ServeOptions {
  /** A port of 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** How long a link to a file works, in seconds (3600). */
  readonly linkSeconds?: number | undefined;
  /** Called for each request that was answered. */
  readonly onRequest?:
    | ((line: { readonly method: string; readonly path: string; readonly status: number }) => void)
    | undefined;
  /** Called with what went wrong beside the answer. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A server that is listening. @public */
export interface IndexServer {
  /** The address for `pip --index-url`. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a client may ask for (PEP 691), the better one first. */
const json = 'application/vnd.pypi.simple.v1+json';
const html = 'application/vnd.pypi.simple.v1+html';

/**
 * Serves an index on loopback for installers that can't sign requests: pages are read from the store, METADATA too, and
 * wheels are redirected to links that work for a while. Where the store has no links, the bytes go through.
 * @public
 */
export async function serveIndex(store: Store, options: ServeOptions): Promise<IndexServer> {
  const server = createServer((request, response) => {
    answer(store, request, response, options)
      .catch((error: unknown) => {
        options.onError?.(error);
        if (response.headersSent) response.destroy();
        else plain(response, 502, 'the store could not be read');
      })
      .finally(() => {
        options.onRequest?.({
          method: request.method ?? '',
          path: request.url ?? '',
          status: response.statusCode,
        });
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    plain(response, 405, 'GET and HEAD only');
    return;
  }
  const path = pathOf(request.url);
  if (path === undefined) {
    plain(response, 400, 'the address is not understood');
    return;
  }
  const [project = '', name, ...more] = path.split('/').slice(1);
  if (name === undefined) {
    if (project === '') await page(store, keys.root.json, parseRootPage, request, response);
    else if (!isProjectName(normaliseProject(project))) plain(response, 404, 'there is no such project');
    else redirect(response, `/${normaliseProject(project)}/`);
  } else if (!isProjectName(normaliseProject(project)) || more.length > 0) {
    plain(response, 404, 'there is no such project');
  } else if (name === '') {
    const normal = normaliseProject(project);
    if (normal === project)
      await page(store, keys.project(project).json, parseProjectPage, request, response);
    else redirect(response, `/${normal}/`);
  } else {
    await file(store, `${normaliseProject(project)}/${name}`, request, response, options);
  }
}

/** The decoded path; `undefined` for one that is malformed or leads elsewhere. */
function pathOf(url = '/'): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    return /[\u0000-\u001f\\]|\/\.{1,2}(?:\/|$)/.test(path) ? undefined : path;
  } catch {
    return undefined;
  }
}

async function page(
  store: Store,
  key: string,
  parse: (bytes: Uint8Array, key: string) => ProjectPage | RootPage,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const read = await readObject(store, key);
  if (read === undefined) {
    plain(response, 404, 'there is no such project');
    return;
  }
  const type = chooseType(request.headers.accept);
  const body = type === json ? read.bytes : formatHtml(parse(read.bytes, key));
  response.writeHead(200, { 'content-type': type, 'content-length': body.byteLength, vary: 'accept' });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** What the client likes best of what there is (RFC 9110, section 12.5.1); HTML for browsers and for who says nothing. */
function chooseType(accept = ''): string {
  const quality = (type: string): number =>
    Math.max(
      ...accept.split(',').map((entry) => {
        const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
        if (name !== type) return 0;
        const q = parameters.find((parameter) => parameter.startsWith('q='));
        return q === undefined ? 1 : Number(q.slice(2)) || 0;
      }),
    );
  const asJson = Math.max(quality(json), quality('application/vnd.pypi.simple.latest+json'));
  const asHtml = Math.max(
    quality(html),
    quality('text/html'),
    quality('application/vnd.pypi.simple.latest+html'),
  );
  if (asJson > 0 && asJson >= asHtml) return json;
  return quality(html) > 0 ? html : 'text/html; charset=utf-8';
}

async function file(
  store: Store,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
  { linkSeconds = 3600 }: ServeOptions,
): Promise<void> {
  const isMetadata = key.endsWith('.whl.metadata');
  if (!isMetadata && !key.endsWith('.whl')) {
    plain(response, 404, 'there is no such file');
    return;
  }
  const link = isMetadata ? undefined : await store.link(key, { seconds: linkSeconds });
  if (link !== undefined) {
    redirect(response, link);
    return;
  }
  try {
    const { body, size } = await store.get(key);
    response.writeHead(200, {
      'content-type': isMetadata ? 'text/plain; charset=utf-8' : 'application/octet-stream',
      'content-length': size,
    });
    if (request.method === 'HEAD') response.end();
    else await pipeline(body, response);
  } catch (error) {
    const isAbsent =
      error instanceof StoreError && (error.code === 'not-found' || error.code === 'invalid-key');
    if (!isAbsent) throw error;
    plain(response, 404, 'there is no such file');
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'cache-control': 'no-store' });
  response.end();
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
