import { requestFactsBytes, WireWriter, writeUsage } from '@fluxrouter/events';
import {
  type AttemptBegin,
  type AttemptEnd,
  AttemptFailure,
  type AttemptHead,
  type Header,
} from '@fluxrouter/generated/proxy';

/**
 * `flux.proxy.v1.AttemptFrames` written by hand, a frame at a time, into one buffer: a fifth of what
 * the generated encoder costs. What it writes is held against the generated decoder in a test.
 */
export interface FrameWriter {
  readonly size: number;
  /** The message so far, as a copy; the next frame begins another. */
  take(): Buffer;
  /** @param body the first part of it */
  begin(attempt: number, begin: AttemptBegin, initialCredit: number, body: Uint8Array): void;
  accept(attempt: number): void;
  cancel(attempt: number, reason: string): void;
  credit(attempt: number, bytes: number): void;
  head(attempt: number, head: AttemptHead): void;
  /** @param final a part of the end's `finalBytes` */
  data(
    attempt: number,
    bytes: Uint8Array,
    output: boolean,
    atBoundary: boolean,
    final?: boolean,
  ): void;
  /** @param finalBytes the last part of them */
  end(attempt: number, end: AttemptEnd, finalBytes: Uint8Array): void;
  drain(): void;
}

// Field numbers of AttemptFrame's body in proxy.proto.
const BEGIN = 2;
const ACCEPT = 3;
const CANCEL = 4;
const CREDIT = 5;
const HEAD = 6;
const DATA = 7;
const END = 8;
const DRAIN = 9;

export function makeFrameWriter(): FrameWriter {
  const to = new WireWriter();
  to.start();

  function frame(attempt: number, kind: number, write: () => void): void {
    const outer = to.open(1);
    to.uint(1, attempt);
    const inner = to.open(kind);
    write();
    to.close(inner);
    to.close(outer);
  }
  const nothing = () => {};

  function headers(field: number, list: readonly Header[]): void {
    for (const { name, value } of list) {
      const end = to.open(field);
      to.text(1, name);
      to.text(2, value);
      to.close(end);
    }
  }

  return {
    get size() {
      return to.size;
    },
    take() {
      const message = to.finish();
      to.start();
      return message;
    },
    begin(attempt, begin, initialCredit, body) {
      frame(attempt, BEGIN, () => {
        if (begin.request !== undefined) to.bytes(1, requestFactsBytes(begin.request));
        to.uint(2, begin.number);
        if (begin.candidate !== undefined) {
          const end = to.open(3);
          to.string(1, begin.candidate.model);
          to.string(2, begin.candidate.provider);
          to.string(3, begin.candidate.upstreamModel);
          to.close(end);
        }
        to.string(4, begin.dialect);
        to.bool(5, begin.stream);
        to.bytes(6, body);
        to.uint(7, begin.modelStart);
        to.uint(8, begin.modelEnd);
        headers(9, begin.headers);
        to.bool(10, begin.clientWantsUsage);
        to.bool(11, begin.costInUsage);
        to.money(12, begin.holdPicoUsd);
        to.string(13, begin.routedModel);
        to.uint(14, initialCredit);
        if (begin.body.length > body.length) to.present(15, begin.body.length);
      });
    },
    accept: (attempt) => frame(attempt, ACCEPT, nothing),
    cancel: (attempt, reason) => frame(attempt, CANCEL, () => to.string(1, reason)),
    credit: (attempt, bytes) => frame(attempt, CREDIT, () => to.uint(1, bytes)),
    head: (attempt, head) =>
      frame(attempt, HEAD, () => {
        to.uint(1, head.status);
        headers(2, head.headers);
      }),
    data(attempt, bytes, output, atBoundary, final = false) {
      const outer = to.open(1);
      to.uint(1, attempt);
      const inner = to.open(DATA);
      if (bytes.length > 0) to.bytes(1, bytes);
      to.bool(2, output);
      to.bool(3, atBoundary);
      to.bool(4, final);
      to.close(inner);
      to.close(outer);
    },
    end(attempt, end, finalBytes) {
      frame(attempt, END, () => {
        to.string(1, end.outcome);
        if (end.failure !== undefined) to.bytes(2, AttemptFailure.encode(end.failure).finish());
        if (end.usage !== undefined) writeUsage(to, 3, end.usage);
        to.money(4, end.costPicoUsd);
        to.money(5, end.chargedPicoUsd);
        to.optionalSint(6, end.savingsPermille);
        to.text(7, end.bodyId);
        to.text(8, end.upstreamId);
        if (finalBytes.length > 0) to.bytes(9, finalBytes);
        for (const id of end.storedIds) to.text(10, id);
        for (const note of end.notes) to.text(11, note);
      });
    },
    drain: () => frame(0, DRAIN, nothing),
  };
}
