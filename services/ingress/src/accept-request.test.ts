import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dialects } from '@fluxrouter/dialects';
import { fluxError } from '@fluxrouter/errors';
import type { Journal } from '@fluxrouter/journal';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AcceptPorts, acceptRequest } from './accept-request.ts';
import { RefusalQuota } from './refusal-quota.ts';

let recorded: number;
let counted: string[];
let heads: number[];
let acceptsRefusals: boolean;

beforeEach(() => {
  recorded = 0;
  counted = [];
  heads = [];
  acceptsRefusals = true;
});

const journal = {
  finish: () => void recorded++,
  whenDurable: (callback: (error: null) => void) => callback(null),
  state: () => ({ acceptsNew: false, acceptsRefusals }),
} as unknown as Journal;

/** A gateway whose journal takes nothing new. */
const ports = {
  keys: { find: () => ({ account: 'acc_1', key: 'key_1' }) },
  run: {
    journal,
    ended: (outcome: string, status: number) => void counted.push(`${outcome} ${status}`),
    fault: (error: unknown) => {
      throw error;
    },
  },
  refusalQuota: new RefusalQuota(1, 1),
  unavailable: () => fluxError('unavailable'),
} as unknown as AcceptPorts;

function ask(): void {
  const request = Object.assign(new EventEmitter(), {
    headers: { authorization: 'Bearer sk-flux-1' },
    url: '/v1/chat/completions',
    complete: true,
  }) as unknown as IncomingMessage;
  const response = Object.assign(new EventEmitter(), {
    writeHead: (status: number) => void heads.push(status),
    end() {},
  }) as unknown as ServerResponse;
  acceptRequest(ports, dialects['openai-chat'], request, response);
}

describe('a request that cannot be taken', () => {
  it('is refused with a record of it', () => {
    ask();
    expect([heads, counted, recorded]).toEqual([[503], ['failed 503'], 1]);
  });

  it('is refused and only counted, once the journal has no room for that either', () => {
    acceptsRefusals = false;
    ask();
    expect([heads, counted, recorded]).toEqual([[503], ['failed 503'], 0]);
  });
});
