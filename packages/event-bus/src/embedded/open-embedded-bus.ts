import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LogBus } from '../log-bus/log-bus.ts';
import type { GroupLedger, LogStorage, TopicLog } from '../log-bus/storage.ts';
import type { EventBus, TopicBornEncoder, TopicSpec } from '../port.ts';
import { assertName, assertTopicShape, defaultTopicBorn } from '../topic-shape.ts';
import { EmbeddedGroup } from './embedded-group.ts';
import { TopicFile } from './topic-file.ts';

const SAFETY_POLL_MS = 500;

export interface EmbeddedBusOptions {
  /** Made where it does not exist. All processes that name it share the bus. A local disk. */
  directory: string;
  topicBorn?: TopicBornEncoder;
  /** What went wrong in the background and will be tried again. */
  log?: (message: string, error: unknown) => void;
}

/**
 * The bus for one machine: a log in SQLite files that several processes write and read without a
 * server. Survives the death of any of them at any moment; after a power cut the latest appends
 * may be missing.
 */
export function openEmbeddedBus(options: EmbeddedBusOptions): EventBus {
  const { directory, topicBorn = defaultTopicBorn, log = () => {} } = options;
  return new LogBus(new EmbeddedStorage(directory, topicBorn, log), log);
}

class EmbeddedStorage implements LogStorage {
  readonly checkEveryMs = SAFETY_POLL_MS;
  readonly #directory: string;
  readonly #topicBorn: TopicBornEncoder;
  readonly #log: (message: string, error: unknown) => void;

  constructor(
    directory: string,
    topicBorn: TopicBornEncoder,
    log: (message: string, error: unknown) => void,
  ) {
    this.#directory = directory;
    this.#topicBorn = topicBorn;
    this.#log = log;
  }

  openTopic(spec: TopicSpec): TopicLog {
    assertTopicShape(spec);
    const path = join(this.#directory, 'topics', `${spec.name}.sqlite`);
    const onError = (error: unknown) => this.#log(`topic ${spec.name}`, error);
    return new TopicFile(path, spec, this.#topicBorn, onError);
  }

  openGroup(group: string, create: boolean): GroupLedger | null {
    assertName(group);
    const path = join(this.#directory, 'groups', `${group}.sqlite`);
    return create || existsSync(path) ? new EmbeddedGroup(path) : null;
  }
}
