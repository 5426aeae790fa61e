import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeGroupLedger } from '../log-bus/ledger-contract.ts';
import type { TopicSpec } from '../port.ts';
import { EmbeddedGroup } from './embedded-group.ts';

const topic: TopicSpec = { name: 'topic', partitions: 4, cleanup: 'keep' };
let directory = '';
let groups: EmbeddedGroup[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-group-'));
});
afterEach(async () => {
  for (const group of groups) await group.close();
  groups = [];
  rmSync(directory, { recursive: true });
});

function open(): EmbeddedGroup {
  const group = new EmbeddedGroup(join(directory, 'group.sqlite'));
  groups.push(group);
  return group;
}

describe('a group in a file', () => {
  describeGroupLedger(open);

  it('keeps commits over a restart of everybody', async () => {
    const first = open();
    const member = await first.join([topic], () => {});
    const [claim] = member.claims();
    if (claim === undefined) throw new Error('no claim');
    await member.commit(claim, 12n, '{"plannedEnd":20}');
    await member.leave();
    expect(open().committed('topic')).toEqual(
      new Map([[claim.partition, { offset: 12n, metadata: '{"plannedEnd":20}' }]]),
    );
  });

  it('leaves no lock files behind', async () => {
    const group = open();
    const members = [await group.join([topic], () => {}), await group.join([topic], () => {})];
    for (const member of members) await member.leave();
    expect(readdirSync(directory).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('lets instances of one process see each other', async () => {
    const [one, two] = [open(), open()];
    const first = await one.join([topic], () => {});
    const second = await two.join([topic], () => {});
    one.check();
    two.check();
    expect(first.claims()).toHaveLength(2);
    expect(second.claims()).toHaveLength(2);
    await second.leave();
    await first.leave();
  });
});
