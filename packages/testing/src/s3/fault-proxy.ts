import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';

/** What the proxy does to one exchange instead of passing it on. */
export type Fault =
  /** Answers with this status, and the server never hears of the request. */
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** The server does its work, and its answer never arrives. */
  | { readonly kind: 'lose-reply' }
  /** The connection breaks after so many bytes of the request's or the answer's body. */
  | { readonly kind: 'cut-request' | 'cut-reply'; readonly after: number }
  /** Nothing more comes after so many bytes of the answer's body. */
  | { readonly kind: 'stall-reply'; readonly after: number }
  /** No answer at all. */
  | { readonly kind: 'stall' }
  /** One bit of this byte of the body is another one on the other side. */
  | { readonly kind: 'corrupt-request' | 'corrupt-reply'; readonly at: number };

/** Faults that a client gets over by asking again, with their names for tests. */
export const networkFaults: readonly (readonly [name: string, fault: Fault])[] = [
  ['a broken connection', { kind: 'cut-request', after: 10 }],
  ['a silent server', { kind: 'stall' }],
  ['a flipped bit', { kind: 'corrupt-request', at: 5 }],
  ['500', { kind: 'status', status: 500, code: 'InternalError' }],
  ['503', { kind: 'status', status: 503, code: 'SlowDown' }],
  ['a lost reply', { kind: 'lose-reply' }],
];

/** A request as the proxy saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** Decides the fault of an exchange; `undefined` lets it pass. */
export type FaultRule = (request: SeenRequest) => Fault | undefined;

/** A proxy between a program and an HTTP server. */
export interface FaultProxy {
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: SeenRequest[];
  /** The rule from now on; `undefined` lets everything pass. */
  setRule(rule: FaultRule | undefined): void;
}

/** A rule that meets the first `times` requests which `matches` accepts. */
export function first(times: number, matches: (request: SeenRequest) => boolean, fault: Fault): FaultRule {
  let left = times;
  return (seen) => {
    if (left === 0 || !matches(seen)) return undefined;
    left -= 1;
    return fault;
  };
}

/** Starts a proxy in front of a server on loopback, for the tests of one file. Signatures hold: Host is passed on. */
export async function startFaultProxy(target: { readonly port: number }): Promise<FaultProxy> {
  let rule: FaultRule | undefined;
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const seen = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers };
    requests.push(seen);
    exchange(incoming, outgoing, target.port, rule?.(seen));
  });
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.writeContinue();
    server.emit('request', incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    setRule: (next) => {
      rule = next;
    },
  };
}

function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  port: number,
  fault: Fault | undefined,
): void {
  // Whoever breaks a connection hears of it here, and needn't.
  incoming.on('error', () => undefined);
  outgoing.on('error', () => undefined);
  if (fault?.kind === 'status' || fault?.kind === 'stall') {
    incoming.resume();
    if (fault.kind === 'status') answerWith(fault, incoming, outgoing);
    return;
  }
  const breakOff = (): void => {
    upstream.destroy();
    incoming.socket.destroy();
  };
  const upstream = request(
    {
      host: '127.0.0.1',
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
      agent: false,
    },
    (answer) => {
      if (fault?.kind === 'lose-reply') {
        answer.resume();
        answer.on('end', breakOff);
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      passOn(answer, outgoing, fault, breakOff);
    },
  );
  upstream.on('error', () => incoming.socket.destroy());
  incoming.on('error', () => upstream.destroy());
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) upstream.destroy();
  });
  passOnRequest(incoming, upstream, fault, breakOff);
}

function answerWith(
  { status, code }: Extract<Fault, { kind: 'status' }>,
  { method }: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>made by the proxy</Message></Error>`;
  outgoing.writeHead(status, { 'content-type': 'application/xml' });
  outgoing.end(method === 'HEAD' ? undefined : body);
}

function passOnRequest(
  incoming: IncomingMessage,
  upstream: ReturnType<typeof request>,
  fault: Fault | undefined,
  breakOff: () => void,
): void {
  let passed = 0;
  incoming.on('data', (chunk: Buffer) => {
    const start = passed;
    passed += chunk.length;
    if (fault?.kind === 'corrupt-request') flip(chunk, fault.at - start);
    if (fault?.kind === 'cut-request' && passed > fault.after) {
      breakOff();
      return;
    }
    if (!upstream.write(chunk)) {
      incoming.pause();
      upstream.once('drain', () => incoming.resume());
    }
  });
  incoming.on('end', () => upstream.end());
}

function passOn(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
  breakOff: () => void,
): void {
  let passed = 0;
  answer.on('data', (chunk: Buffer) => {
    const start = passed;
    passed += chunk.length;
    if (fault?.kind === 'corrupt-reply') flip(chunk, fault.at - start);
    if ((fault?.kind === 'cut-reply' || fault?.kind === 'stall-reply') && passed > fault.after) {
      answer.pause();
      answer.removeAllListeners('data');
      outgoing.write(chunk.subarray(0, Math.max(0, fault.after - start)), () => {
        if (fault.kind === 'cut-reply') breakOff();
      });
      return;
    }
    if (!outgoing.write(chunk)) {
      answer.pause();
      outgoing.once('drain', () => answer.resume());
    }
  });
  answer.on('end', () => outgoing.end());
  answer.on('error', breakOff);
}

function flip(chunk: Buffer, at: number): void {
  const byte = chunk[at];
  if (byte !== undefined) chunk[at] = byte ^ 1;
}
