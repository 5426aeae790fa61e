import { isRpcErrorCode, RpcError } from './rpc-error.ts';

/** An RpcError as the text of a frame: its code, a space, its message. */
export const encodeFrameError = ({ code, message }: RpcError): string => `${code} ${message}`;

export function decodeFrameError(text: string): RpcError {
  const space = text.indexOf(' ');
  const code = space === -1 ? text : text.slice(0, space);
  if (!isRpcErrorCode(code)) return new RpcError('internal', 'the service failed');
  return new RpcError(code, space === -1 ? code : text.slice(space + 1));
}
