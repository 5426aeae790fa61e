import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { TopicBornEncoder, TopicSpec } from '../port.ts';
import { assertTopicShape, topicBornRecord } from '../topic-shape.ts';
import { encodeBatch, recordLength } from './record-batch.ts';

/**
 * One table a partition, so that each append goes to the right edge of its b-tree. A row is a batch
 * of records: `base` the offset of the first, `next` the offset after the last.
 */
export function recordTable(partition: number): string {
  return `records_${partition}`;
}

/** Makes the tables with their `TopicBorn` records, or verifies them; returns the topic's UUID. */
export function prepareTopic(
  database: DatabaseSync,
  spec: TopicSpec,
  topicBorn: TopicBornEncoder,
): string {
  database.exec('BEGIN IMMEDIATE');
  try {
    const epoch = existingTopic(database, spec) ?? createTopic(database, spec, topicBorn);
    database.exec('COMMIT');
    return epoch;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function existingTopic(database: DatabaseSync, spec: TopicSpec): string | null {
  const made = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'topic'`).get();
  if (made === undefined) return null;
  const row = database.prepare('SELECT name, partitions, cleanup, epoch FROM topic').get();
  const { epoch, ...existing } = row as unknown as TopicSpec & { epoch: string };
  assertTopicShape(spec, existing);
  return epoch;
}

function createTopic(database: DatabaseSync, spec: TopicSpec, topicBorn: TopicBornEncoder): string {
  assertTopicShape(spec);
  const epoch = randomUUID();
  database.exec(
    'CREATE TABLE topic (name TEXT, partitions INTEGER, cleanup TEXT, epoch TEXT) STRICT',
  );
  database
    .prepare('INSERT INTO topic VALUES (?, ?, ?, ?)')
    .run(spec.name, spec.partitions, spec.cleanup, epoch);
  const born = topicBornRecord(topicBorn, spec.name, epoch);
  const body = encodeBatch([born], null, recordLength(born));
  for (let partition = 0; partition < spec.partitions; partition += 1) {
    const table = recordTable(partition);
    database.exec(
      `CREATE TABLE ${table} (base INTEGER PRIMARY KEY, next INTEGER NOT NULL,
         appended_at_ms INTEGER NOT NULL, body BLOB NOT NULL) STRICT`,
    );
    database.prepare(`INSERT INTO ${table} VALUES (0, 1, ?, ?)`).run(Date.now(), body);
  }
  return epoch;
}
