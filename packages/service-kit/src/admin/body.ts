import type { IncomingMessage } from 'node:http';

const maxBytes = 65_536;

type JsonBody =
  | { ok: true; value: unknown }
  | { ok: false; status: number; code: string; message: string };

const refused = (status: number, code: string, message: string): JsonBody => ({
  ok: false,
  status,
  code,
  message,
});

/** The JSON of a small body; an empty body is `undefined`. */
export async function readJsonBody(req: IncomingMessage): Promise<JsonBody> {
  const tooLarge = refused(413, 'too_large', `A body here has at most ${maxBytes} bytes.`);
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) return tooLarge;
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return refused(400, 'invalid_json', 'The body is not JSON.');
  }
}
