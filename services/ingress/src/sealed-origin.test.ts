import { buildCatalogue } from '@fluxrouter/catalogue';
import { writeSeal } from '@fluxrouter/conversation';
import { dialects, type RequestReading } from '@fluxrouter/dialects';
import { isFluxError } from '@fluxrouter/errors';
import { describe, expect, it } from 'vitest';
import { makeSealedOrigin } from './sealed-origin.ts';

const KNOWN = { provider: 'anthropic', model: 'claude-opus-5' };
const originOf = makeSealedOrigin(buildCatalogue(), {
  originOf: (account, ids) => (account === 'acc_1' && ids.includes('toolu_1') ? KNOWN : null),
});

function reading(seal: string, call: string): RequestReading {
  const body = {
    model: 'flux-auto',
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'ask' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: seal },
          { type: 'tool_use', id: call, name: 'f', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call, content: '7' }] },
    ],
  };
  const read = dialects['anthropic-messages'].readRequest(Buffer.from(JSON.stringify(body)), {
    maxDepth: 64,
  });
  if (isFluxError(read)) throw new Error(read.message);
  return read;
}

const ask = (seal: string, { call = 'toolu_1', account = 'acc_1' } = {}) =>
  originOf(dialects['anthropic-messages'], reading(seal, call), account);

describe('who sealed the reasoning of a tool turn', () => {
  it('is the model that a wrapped seal names, whatever dialect it travels in', () => {
    const origin = { dialect: 'openai-responses', model: 'gpt-5.4' };
    const seal = writeSeal({ origin, data: 'gAAAA' }, 'anthropic-messages');
    expect(ask(seal)).toEqual({ provider: 'openai', model: 'gpt-5.4' });
  });

  it('is who gave this account the calls of the turn', () => {
    expect(ask('EqoB')).toEqual(KNOWN);
  });

  it('is else the one provider of the dialect, of whichever model', () => {
    for (const more of [{ account: 'acc_2' }, { call: 'toolu_9' }]) {
      expect(ask('EqoB', more)).toEqual({ provider: 'anthropic', model: null });
    }
  });

  it('is nobody where nothing is sealed', () => {
    expect(ask('')).toBeNull();
  });
});
