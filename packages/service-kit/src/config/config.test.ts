import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  addressList,
  ConfigError,
  describeConfig,
  describeSettings,
  durationMs,
  oneOf,
  onOff,
  port,
  readConfig,
  Secret,
  secret,
  setting,
} from './index.ts';

const words = { about: 'what it does', why: 'a reason' };
const schema = z.object({
  port: setting('PORT', port().default(8787), words),
  apiKey: setting('OPENAI_API_KEY', secret({ minLength: 8 }).optional(), words),
  brokers: setting('KAFKA_BROKERS', addressList().optional(), words),
  debug: setting('DEBUG', onOff().default(false), words),
  graceMs: setting('GRACE', durationMs({ max: 60_000 }).default(10_000), words),
  mode: setting('MODE', oneOf(['auto', 'on', 'off']).default('auto'), words),
});

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(schema, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('readConfig', () => {
  test('fills in defaults, and counts an empty value as not set', () => {
    const config = readConfig(schema, { PORT: ' ', MODE: '' });
    expect(config).toEqual({ port: 8787, debug: false, graceMs: 10_000, mode: 'auto' });
  });

  test('understands what operators write', () => {
    const env = { PORT: '0', DEBUG: 'TRUE', GRACE: '15s', KAFKA_BROKERS: 'a:9092, b:9092' };
    const config = readConfig(schema, env);
    expect(config).toMatchObject({ port: 0, debug: true, graceMs: 15_000 });
    expect(config.brokers).toEqual(['a:9092', 'b:9092']);
  });

  test('names every problem at once', () => {
    expect(problemsOf({ PORT: '70000', DEBUG: 'maybe', GRACE: '2h', KAFKA_BROKERS: 'a' })).toEqual([
      'PORT is "70000": must be a whole number, from 0 to 65535',
      'KAFKA_BROKERS is "a": must be a list host:port,host:port,…',
      'DEBUG is "maybe": must be on or off (also 1, 0, true, false, yes, no)',
      expect.stringMatching(/^GRACE is "2h": must be a time in milliseconds/),
    ]);
  });

  test('never shows a secret, good or bad', () => {
    expect(problemsOf({ OPENAI_API_KEY: 'geheim' })).toEqual([
      'OPENAI_API_KEY is [secret]: must be a secret of 8 characters or more',
    ]);
    const config = readConfig(schema, { OPENAI_API_KEY: 'sk-geheim-12345' });
    const everywhere = `${inspect(config)} ${JSON.stringify(config)} ${config.apiKey} ${describeConfig(schema, config)}`;
    expect(everywhere).not.toContain('geheim');
    expect(config.apiKey).toBeInstanceOf(Secret);
    expect(config.apiKey?.reveal()).toBe('sk-geheim-12345');
  });

  test('says what is missing where a setting has no default', () => {
    const strict = z.object({ token: setting('SERVICE_TOKEN', secret(), words) });
    expect(() => readConfig(strict, {})).toThrow(
      'SERVICE_TOKEN is not set: what it does (a secret)',
    );
  });
});

test('describeSettings writes a row for each setting, once', () => {
  const again = z.object({ port: setting('PORT', port().default(8787), words) });
  const page = describeSettings([
    { title: 'Gateway', schema },
    { title: 'Control', schema: again },
  ]);
  expect(page).toContain(
    '| `PORT` | a whole number, from 0 to 65535 | `8787` | what it does | a reason |',
  );
  expect(page).toContain('| `OPENAI_API_KEY` | a secret of 8 characters or more | – |');
  expect(page).not.toContain('## Control');
});
