import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meteringSteps } from '../consume-usage.ts';
import { countingMetrics } from '../stats.ts';
import { MemoryPartition } from '../testing/memory-partition.ts';
import {
  ENGINES,
  openTemporaryEngine,
  stopMerges,
  type TemporaryEngine,
} from '../testing/temporary-engine.ts';
import { requestRecords, TEST_TIME_MS } from '../testing/usage-events.ts';
import { writeCut } from '../write-cut.ts';
import { pointersOf } from './forgiving-tables.ts';
import { meteringTables } from './metering-tables.ts';
import { MigrationChangedError, migrate } from './migrate.ts';
import type { UsageRow } from './usage-row.ts';

describe.each(ENGINES)('%s:', (kind) => {
  let engine: TemporaryEngine;

  beforeAll(async () => {
    engine = await openTemporaryEngine(kind);
    await migrate(engine.clickhouse.client, { deduplicationWindow: 100 });
    await stopMerges(engine.clickhouse.client);
  });

  afterAll(() => engine.close());

  const rowsOf = (records: Parameters<MemoryPartition['append']>[0]): readonly UsageRow[] => {
    const partition = new MemoryPartition();
    partition.append(records);
    const steps = meteringSteps(
      meteringTables(engine.clickhouse.client),
      countingMetrics().metrics,
    );
    return steps.run(partition.log.map((record) => ({ record, epoch: 'epoch' }))).rows;
  };

  describe('migrate', () => {
    test('changes nothing the second time', async () => {
      const tables = () =>
        engine.rows("SELECT name FROM system.tables WHERE database = 'flux' ORDER BY name");
      const before = await tables();
      await migrate(engine.clickhouse.client);
      expect(await tables()).toEqual(before);
      expect(await engine.count('SELECT count() FROM flux.migrations')).toBe(3);
    });

    test('refuses a database that a migration of another text has been at', async () => {
      const insert = (sha256: string) =>
        engine.clickhouse.client.insert({
          table: 'flux.migrations',
          columns: ['number', 'name', 'sha256'],
          values: [{ number: 1, name: '001-usage.sql', sha256 }],
          format: 'JSONEachRow',
        });
      const [applied] = await engine.rows<{ sha256: string }>(
        'SELECT sha256 FROM flux.migrations WHERE number = 1',
      );
      await insert('another');
      await expect(migrate(engine.clickhouse.client)).rejects.toThrow(MigrationChangedError);
      await insert(applied?.sha256 ?? '');
      await migrate(engine.clickhouse.client);
    });
  });

  describe('the usage table', () => {
    const table = () => meteringTables(engine.clickhouse.client).usage;
    const countsOf = async (account: string) => ({
      rows: await engine.count(`SELECT count() FROM flux.usage WHERE account = '${account}'`),
      final: await engine.count(
        `SELECT count() FROM flux.usage FINAL WHERE account = '${account}'`,
      ),
    });

    test('takes a batch once, however often it comes under its token', async () => {
      const rows = rowsOf(requestRecords({ account: 'acc_once' }));
      const token = randomUUID();
      await table().insert(rows, token);
      await table().insert(rows, token);
      await Promise.all([table().insert(rows, token), table().insert(rows, token)]);
      expect(await countsOf('acc_once')).toEqual({ rows: 2, final: 2 });
    });

    test('a token does not stick: the next insert under another one is taken', async () => {
      for (let batch = 0; batch < 5; batch++)
        await table().insert(rowsOf(requestRecords({ account: 'acc_many' })), randomUUID());
      expect(await countsOf('acc_many')).toEqual({ rows: 10, final: 10 });
    });

    test('a token may be of any characters', async () => {
      const token = `it's \\ a 'token' FORMAT ${randomUUID()}`;
      const rows = () => rowsOf(requestRecords({ account: 'acc_quoted' }));
      const first = rows();
      for (const batch of [first, first]) await table().insert(batch, token);
      expect(await countsOf('acc_quoted')).toEqual({ rows: 2, final: 2 });
      await table().insert(rows(), `${token}'`);
      expect(await countsOf('acc_quoted')).toEqual({ rows: 4, final: 4 });
    });

    test('takes a batch of several months once', async () => {
      const months = [0, 31, 62, 93].map((days) =>
        requestRecords({ account: 'acc_months', receivedAtMs: TEST_TIME_MS + days * 86_400_000 }),
      );
      const token = randomUUID();
      await table().insert(rowsOf(months.flat()), token);
      await table().insert(rowsOf(months.flat()), token);
      expect(await countsOf('acc_months')).toEqual({ rows: 8, final: 8 });
    });

    test('tells which rows are missing', async () => {
      const months = [0, 31].map((days) =>
        requestRecords({ account: 'acc_missing', receivedAtMs: TEST_TIME_MS + days * 86_400_000 }),
      );
      const rows = rowsOf(months.flat());
      const [first, second, ...others] = rows;
      if (first === undefined || second === undefined) throw new Error('no rows');
      expect(await table().missing(rows)).toEqual(rows);
      await table().insert([first, second], randomUUID());
      expect(await table().missing(rows)).toEqual(others);
      await table().insert(others, randomUUID());
      expect(await table().missing(rows)).toEqual([]);
    });

    test('misses nothing that it has forgotten by age', async () => {
      const old = rowsOf(
        requestRecords({ account: 'acc_old', receivedAtMs: Date.UTC(2021, 1, 1) }),
      );
      expect(await table().missing(old)).toEqual([]);
    });

    test('gets back rows that ClickHouse has lost though it has their token', async () => {
      const tables = meteringTables(engine.clickhouse.client);
      const rows = rowsOf(requestRecords({ account: 'acc_lost' }));
      const token = randomUUID();
      await writeCut(tables, { rows, dead: [] }, token, false);
      await engine.clickhouse.client.command({
        query: "ALTER TABLE flux.usage DELETE WHERE account = 'acc_lost'",
        clickhouse_settings: { mutations_sync: '1' },
      });
      await writeCut(tables, { rows, dead: [] }, token, false);
      expect(await countsOf('acc_lost')).toEqual({ rows: 0, final: 0 });
      for (let tries = 0; tries < 2; tries++) {
        await writeCut(tables, { rows, dead: [] }, token, true);
        expect(await countsOf('acc_lost')).toEqual({ rows: 2, final: 2 });
      }
    });

    test('the first copy in the log wins where one comes under another token', async () => {
      const [first] = rowsOf(requestRecords({ account: 'acc_copies' }));
      if (first === undefined) throw new Error('no row');
      const second = { ...first, offset: first.offset + 10n, model: 'the second copy' };
      await table().insert([second], randomUUID());
      await table().insert([first], randomUUID());
      expect(await countsOf('acc_copies')).toMatchObject({ rows: 2, final: 1 });
      expect(
        await engine.rows("SELECT model FROM flux.usage FINAL WHERE account = 'acc_copies'"),
      ).toEqual([{ model: 'gpt-5.5' }]);
    });

    test('keeps the event byte for byte, and money to the last unit', async () => {
      const [record] = requestRecords({ account: 'acc_bytes' });
      if (record === undefined) throw new Error('no record');
      const rows = rowsOf([record]).map((row) => ({ ...row, charged_pico_usd: 2n ** 64n - 1n }));
      await table().insert(rows, randomUUID());
      const stored = await engine.rows(
        "SELECT base64Encode(event) AS event, charged_pico_usd FROM flux.usage WHERE account = 'acc_bytes'",
      );
      expect(stored).toEqual([
        {
          event: Buffer.from(record.value).toString('base64'),
          charged_pico_usd: '18446744073709551615',
        },
      ]);
    });
  });

  test('pointers and the quarantine take rows again, and forget second copies', async () => {
    const { pointers, dead } = meteringTables(engine.clickhouse.client);
    const rows = rowsOf(
      requestRecords({ requestId: 'req_1', clientRequestId: 'client-1', account: 'acc_ids' }),
    );
    const deadRow = {
      topic: 'flux.usage.v1',
      topic_epoch: 'epoch',
      partition: 1,
      offset: 2n,
      type: 'AttemptFinished',
      reason: 'unreadable',
      value_bytes: 3,
      value_sha256: 'a'.repeat(64),
      appended_at: '2026-05-17 12:34:56.789',
    };
    for (let copy = 0; copy < 2; copy++) {
      await pointers.insert(pointersOf(rows));
      await dead.insert([deadRow]);
    }
    expect(await engine.rows('SELECT * FROM flux.usage_dead FINAL')).toEqual([
      { ...deadRow, offset: '2' },
    ]);
    expect(
      await engine.rows(
        "SELECT id, request_id FROM flux.requests_by_id FINAL WHERE account = 'acc_ids' ORDER BY id",
      ),
    ).toEqual(
      ['chatcmpl-req_1', 'client-1', 'req_1', 'up-req_1'].map((id) => ({
        id,
        request_id: 'req_1',
      })),
    );
  });
});
