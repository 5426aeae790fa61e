import { FrameSplitter, readFrame } from '@fluxrouter/sse';
import { asRecord } from './usage.ts';

/** The JSON objects of a recorded stream's frames, in order. For workers and tests, not for the hot path. */
export function* readEvents(rawStream: Buffer): Generator<Record<string, unknown>> {
  const splitter = new FrameSplitter({ maxFrameBytes: Number.MAX_SAFE_INTEGER });
  let first = true;
  for (const { bytes, ends } of [...splitter.push(rawStream), ...splitter.end()]) {
    let start = 0;
    for (const end of ends.length > 0 ? ends : [bytes.length]) {
      const { data } = readFrame(bytes, start, end, first);
      first = false;
      start = end;
      const event = data === null ? undefined : parse(data);
      if (event !== undefined) yield event;
    }
  }
}

function parse(data: Buffer): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(data.toString()));
  } catch {
    return undefined;
  }
}

export function parseAnswer(body: Buffer): Record<string, unknown> {
  return parse(body) ?? {};
}

/** The text of a value that may be anything. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The objects of a value that may be anything. */
export function recordsOf(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  const records: Record<string, unknown>[] = [];
  for (const element of value) {
    const record = asRecord(element);
    if (record !== undefined) records.push(record);
  }
  return records;
}
