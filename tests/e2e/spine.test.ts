import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHeadersEqualRecord, recordOf } from './support/records.ts';

/** A record that is there at all is there within this time of a process' restart. */
const AFTER_RESTART_MS = 30_000;

let system: RunningSystem;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(async () => {
  await system.stop();
});

function openai(): OpenAI {
  return new OpenAI({ apiKey: system.key, baseURL: system.baseUrl, maxRetries: 0 });
}

const slowStream = '[[sandbox {"words":60,"chunkDelayMs":50}]]';

async function startSlowStream(): Promise<{ headers: Headers; drain: () => Promise<string> }> {
  const { data, response } = await openai()
    .chat.completions.create({
      model: 'flux-auto',
      stream: true,
      messages: [{ role: 'user', content: slowStream }],
    })
    .withResponse();
  return {
    headers: response.headers,
    async drain() {
      let text = '';
      try {
        for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
        return 'whole';
      } catch {
        return `cut after ${text.length > 0 ? 'some' : 'no'} text`;
      }
    },
  };
}

describe('the spine', () => {
  it('streams an answer to the OpenAI SDK and finds its record within 2 s', async () => {
    const { data, response } = await openai()
      .chat.completions.create({
        model: 'flux-auto',
        stream: true,
        messages: [{ role: 'user', content: 'ping' }],
      })
      .withResponse();
    let text = '';
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toContain('ping');
    const record = await recordOf(system, response.headers.get('x-flux-request-id') ?? '');
    expectHeadersEqualRecord(response.headers, record);
    expect(record).toMatchObject({ outcome: 'completed', stream: true, status: 200 });
    expect(Number(record['costUsd'])).toBeGreaterThan(0);
    expect(record['attempts']).toHaveLength(1);
  });

  it('tells the cost of an answer that is not streamed, equal to its record', async () => {
    const { data, response } = await openai()
      .chat.completions.create({
        model: 'flux-auto',
        messages: [{ role: 'user', content: 'ping' }],
      })
      .withResponse();
    const record = await recordOf(system, response.headers.get('x-flux-request-id') ?? '');
    expect(response.headers.get('x-flux-cost-usd')).toMatch(/^0\.\d*[1-9]$/);
    expectHeadersEqualRecord(response.headers, record);
    expect(record['bodyId']).toBe(data.id);
    expect(data).toMatchObject({ routor: { model: record['model'], method: 'rules' } });
  });

  for (const name of ['gateway', 'metering', 'control', 'sandbox'] as const) {
    it(`has a record of every id that a client saw, after kill -9 of ${name} in mid-stream`, async () => {
      const finished = await openai()
        .chat.completions.create({ model: 'flux-auto', messages: [{ role: 'user', content: 'x' }] })
        .withResponse();
      const streams = await Promise.all([startSlowStream(), startSlowStream(), startSlowStream()]);
      const before = system.kill(name, 'SIGKILL');
      const endings = await Promise.all(streams.map((stream) => stream.drain()));
      await system.restartOf(name, before);

      for (const headers of [
        finished.response.headers,
        ...streams.map((stream) => stream.headers),
      ]) {
        const id = headers.get('x-flux-request-id') ?? '';
        expectHeadersEqualRecord(headers, await recordOf(system, id, AFTER_RESTART_MS));
      }
      const record = await recordOf(
        system,
        streams[0]?.headers.get('x-flux-request-id') ?? '',
        1_000,
      );
      if (name === 'gateway') {
        expect(endings).toEqual(Array(3).fill('cut after some text'));
        expect(record).toMatchObject({ outcome: 'orphaned', costUsd: '0' });
      } else if (name === 'sandbox') {
        expect(record['outcome']).toBe('cut');
      } else {
        expect(endings).toEqual(['whole', 'whole', 'whole']);
        expect(record['outcome']).toBe('completed');
      }
    });
  }
});
