import { createSecretKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFluxError } from '@fluxrouter/errors';
import type { Query } from '@fluxrouter/generated/query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdempotencyKeys } from './idempotency.ts';
import { KeptIds } from './kept-ids.ts';
import { RememberedFile } from './remembered-file.ts';

const LIMITS = { idempotencyKeysMax: 1_000, idempotencyKeepMs: 10_000, keptIdsMax: 1_000 };
const OPENAI = { provider: 'openai', model: 'gpt-5.4' };
const pepper = createSecretKey(Buffer.from('a pepper for the tests'));

let directory: string;
let open: RememberedFile[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'remembered-'));
  open = [];
});
afterEach(async () => {
  for (const file of open) await file.close();
  rmSync(directory, { recursive: true });
});

function openFile(owner: number | string, limits = LIMITS): RememberedFile {
  const file = new RememberedFile(join(directory, 'remembered.sqlite'), `${owner}`, limits);
  open.push(file);
  return file;
}

/** A gateway process. */
function keysOf(owner: number | string, limits = LIMITS) {
  const file = openFile(owner, limits);
  const failures: unknown[] = [];
  const settings = { pepper, keepMs: limits.idempotencyKeepMs, runningMsMax: 5_000 };
  const keys = new IdempotencyKeys(file, settings, (error) => failures.push(error));
  let next = 0;
  const begin = (key: string, body = '{}', nowMs = 0, account = 'acc_1') =>
    keys.begin({ account, key, body: Buffer.from(body) }, `req_${owner}.${++next}`, nowMs);
  return { file, begin, failures };
}

function accepted(begun: ReturnType<IdempotencyKeys['begin']>): (served: boolean) => void {
  if (isFluxError(begun)) throw new Error(begun.code);
  return begun;
}

describe('an Idempotency-Key', () => {
  it('is for one request, of whichever process', () => {
    const [one, other] = [keysOf(1), keysOf(2)];
    const end = accepted(one.begin('k'));
    expect(other.begin('k')).toMatchObject({ code: 'idempotency_in_progress' });
    end(true);
    expect(other.begin('k')).toMatchObject({
      code: 'idempotency_finished',
      message: expect.stringContaining('req_1.1'),
    });
    expect(one.begin('k', '{"n":2}')).toMatchObject({ code: 'idempotency_conflict' });
    accepted(other.begin('k', '{}', 0, 'acc_2'));
  });

  it('may be used again where the request came to nothing', () => {
    const [one, other] = [keysOf(1), keysOf(2)];
    accepted(one.begin('k'))(false);
    accepted(other.begin('k', '{"n":2}'));
  });

  it('outlives its process: what was served stays used, what was orphaned is given back', async () => {
    const before = keysOf(1);
    accepted(before.begin('served'))(true);
    accepted(before.begin('orphaned'));
    accepted(before.begin('ended-in-the-journal'));
    accepted(keysOf(2).begin('of-another-that-lives'));
    const after = keysOf(1);
    after.file.settleKeys(['req_1.2']);
    expect(after.begin('served')).toMatchObject({ code: 'idempotency_finished' });
    expect(after.begin('ended-in-the-journal')).toMatchObject({ code: 'idempotency_finished' });
    accepted(after.begin('orphaned'));
    expect(after.begin('of-another-that-lives')).toMatchObject({ code: 'idempotency_in_progress' });
  });

  it('is not settled by the start of another process that shares the file', () => {
    const running = keysOf('ingress-0');
    accepted(running.begin('k'));
    keysOf('ingress-2-0').file.settleKeys([]);
    expect(running.begin('k')).toMatchObject({ code: 'idempotency_in_progress' });
    const after = keysOf('ingress-0');
    after.file.settleKeys(['req_ingress-0.1']);
    accepted(after.begin('k'));
  });

  it('is given back by whoever adopts the journal of a dead process, too', () => {
    const dead = keysOf('ingress-2-0');
    accepted(dead.begin('orphaned'));
    accepted(dead.begin('ended-in-the-journal'));
    keysOf('ingress-0').file.giveBack(['req_ingress-2-0.1']);
    // It is back later, with an empty journal.
    const after = keysOf('ingress-2-0');
    after.file.settleKeys([]);
    accepted(after.begin('orphaned'));
    expect(after.begin('ended-in-the-journal')).toMatchObject({ code: 'idempotency_finished' });
  });

  it('is forgotten after its time; one that seems to run for ever is a dead process’s', () => {
    const [one, other] = [keysOf(1), keysOf(2)];
    accepted(one.begin('k'))(true);
    expect(other.begin('k', '{}', 10_000)).toMatchObject({ code: 'idempotency_finished' });
    accepted(other.begin('k', '{}', 10_001));
    expect(one.begin('k', '{}', 15_001)).toMatchObject({ code: 'idempotency_in_progress' });
    accepted(one.begin('k', '{}', 15_002));
  });

  it('is one of so many', () => {
    const { begin } = keysOf(1, { ...LIMITS, idempotencyKeysMax: 100 });
    for (let i = 0; i < 512; i++) accepted(begin(`k${i}`))(true);
    accepted(begin('k0'));
    expect(begin('k500')).toMatchObject({ code: 'idempotency_finished' });
  });

  it('is of a form, and is refused where it could not be kept', async () => {
    const { begin, failures, file } = keysOf(1);
    for (const key of ['', 'with space', 'x'.repeat(256), 'ü']) {
      expect(begin(key)).toMatchObject({ code: 'invalid_header', param: 'Idempotency-Key' });
    }
    open = [];
    await file.close();
    expect(begin('k')).toMatchObject({ code: 'unavailable' });
    expect(failures).toHaveLength(1);
  });

  it('is forgotten where its file is damaged, and the file is kept aside', () => {
    writeFileSync(join(directory, 'remembered.sqlite'), 'no database '.repeat(1_000));
    accepted(keysOf(1).begin('k'));
    expect(readFileSync(join(directory, 'remembered.sqlite.damaged'), 'utf8')).toMatch(/^no data/);
  });

  it('is not on the disk, nor is the body', () => {
    accepted(keysOf(1).begin('a-certain-key', '{"prompt":"certain words"}'))(true);
    const kept = readdirSync(directory).map((name) => readFileSync(join(directory, name)));
    const bytes = Buffer.concat(kept).toString('latin1');
    expect(bytes).toContain('req_1.1');
    expect(bytes).not.toMatch(/a-certain-key|certain words/);
  });
});

describe('ids of things kept at a provider', () => {
  const nobody = {
    findRequests: () => Promise.resolve({ records: [] }),
  } as unknown as Query;
  const fail = (error: unknown) => {
    throw error;
  };
  const item = (id: string) => [{ kind: 'item' as const, id, param: 'input[0].id' }];

  it('are of the account that got them, on whichever process, over restarts', async () => {
    new KeptIds(nobody, openFile(1), fail).remember(['resp_1', 'rs_1'], 'acc_1', OPENAI);
    await new Promise((resolve) => setImmediate(resolve));
    const elsewhere = new KeptIds(nobody, openFile(2), fail);
    expect(await elsewhere.issuer('acc_1', item('rs_1'))).toBe('openai');
    expect(await elsewhere.issuer('acc_2', item('rs_1'))).toMatchObject({
      code: 'provider_id_not_found',
    });
    // An upstream that gives one id to two accounts gives neither of them the other's.
    elsewhere.remember(['rs_1'], 'acc_2', { provider: 'groq', model: 'gpt-oss-120b' });
    expect(await elsewhere.issuer('acc_2', item('rs_1'))).toBe('groq');
    expect(await elsewhere.issuer('acc_1', item('rs_1'))).toBe('openai');
  });

  it('tell who sealed an answer, and that to its own account only', () => {
    const ids = new KeptIds(nobody, openFile(1), fail);
    ids.remember(['toolu_1'], 'acc_1', OPENAI);
    expect(ids.originOf('acc_1', ['toolu_0', 'toolu_1'])).toEqual(OPENAI);
    expect(ids.originOf('acc_2', ['toolu_1'])).toBeNull();
  });

  it('are so many', async () => {
    const file = openFile(1, { ...LIMITS, keptIdsMax: 100 });
    for (let i = 0; i < 512; i++) {
      file.rememberIds([{ id: `rs_${i}`, account: 'acc_1', ...OPENAI }]);
    }
    expect(file.issuerOf('rs_0', 'acc_1')).toBeNull();
    expect(file.issuerOf('rs_511', 'acc_1')).toEqual(OPENAI);
  });
});
