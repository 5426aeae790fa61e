import { pino } from 'pino';

import type { LogLevel } from './log-levels.ts';

export { type LogLevel, logLevels } from './log-levels.ts';

/**
 * What may be logged beside a sentence of ours. A string that does not look like a name or an id is
 * withheld, so that no word of a client or a model gets into a log by accident. `vouched()` is for
 * the few texts that come from this machine and its engines.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** `log.warn({ shard, err }, 'The batch was not written')`. */
export interface Log {
  debug(fields: LogFields | string, sentence?: string): void;
  info(fields: LogFields | string, sentence?: string): void;
  warn(fields: LogFields | string, sentence?: string): void;
  error(fields: LogFields | string, sentence?: string): void;
  fatal(fields: LogFields | string, sentence?: string): void;
  child(fields: LogFields): Log;
}

class Vouched {
  readonly words: string;

  constructor(words: string) {
    this.words = words.slice(0, 2000);
  }
}

/** A text that is known to hold nothing of a request: an engine's own message, an address, a path. */
export const vouched = (words: string): Vouched => new Vouched(words);

export interface LogOptions {
  service: string;
  level?: LogLevel;
  /** Where the lines go; stderr unless given. */
  write?: (line: string) => void;
}

/** JSON lines. Written at once and in order: the last line before a crash is there. */
export function createLog({ service, level = 'info', write }: LogOptions): Log {
  const target = write === undefined ? pino.destination({ dest: 2, sync: true }) : { write };
  const base = { service, pid: process.pid };
  return adapt(pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, target));
}

/** For tests, and for whoever has nothing to say. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  child: () => silentLog,
};

type Level = Exclude<keyof Log, 'child'>;

function adapt(inner: pino.Logger): Log {
  const at = (level: Level) => (fields: LogFields | string, sentence?: string) => {
    if (!inner.isLevelEnabled(level)) return;
    if (typeof fields === 'string') inner[level](fields);
    else inner[level](safeFields(fields), sentence ?? '');
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: (fields) => adapt(inner.child(safeFields(fields))),
  };
}

const withheld = '[withheld]';
const nameOrId = /^[A-Za-z0-9._:/@-]{0,128}$/;

function safeFields(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, safe(value)]));
}

function safe(value: unknown): unknown {
  if (value instanceof Vouched) return value.words;
  if (typeof value === 'string') return nameOrId.test(value) ? value : withheld;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return safeError(value);
  if (Array.isArray(value)) return value.slice(0, 50).map(safe);
  return typeof value === 'object' && value !== null ? withheld : value;
}

/**
 * Messages of errors quote what they are about: `JSON.parse` quotes the body. So an error is its
 * type, code and stack frames; the message only of the operating system's errors.
 */
function safeError(error: Error): Record<string, unknown> {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim());
  return {
    type: error.name,
    ...(code === undefined ? {} : { code: safe(String(code)) }),
    ...(syscall === undefined ? {} : { message: error.message }),
    frames,
    ...(error.cause instanceof Error ? { cause: safeError(error.cause) } : {}),
  };
}
