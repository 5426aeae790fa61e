import { RpcError } from '@fluxrouter/service-kit/grpc';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;

export function limitOf(asked: number): number {
  return asked === 0 ? LIMIT_DEFAULT : Math.min(asked, LIMIT_MAX);
}

/** Where a page ended: the next one begins with what is older. */
export interface PageEnd {
  readonly receivedAtMs: number;
  readonly requestId: string;
}

export function encodeCursor({ receivedAtMs, requestId }: PageEnd): string {
  return Buffer.from(`1 ${receivedAtMs} ${requestId}`).toString('base64url');
}

/** @throws RpcError for what no page of ours has ended with. */
export function decodeCursor(cursor: string): PageEnd {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const match = /^1 (\d{1,14}) ([A-Za-z0-9._:/@-]{1,128})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new RpcError('invalid_argument', 'cursor: not one that a list gave');
  return { receivedAtMs: Number(match[1]), requestId: match[2] };
}
