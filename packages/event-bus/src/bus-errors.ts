/** The topic was not given to `ensureTopics` of this instance. */
export class UnknownTopicError extends Error {
  override readonly name = 'UnknownTopicError';
  constructor(topic: string) {
    super(`topic ${topic} is unknown: ensureTopics first`);
  }
}

/** A topic exists with another shape than declared; needs an operator or a new topic name. */
export class TopicMismatchError extends Error {
  override readonly name = 'TopicMismatchError';
}

/** A commit for a partition that another member owns now. Nothing was written. */
export class StaleOwnerError extends Error {
  override readonly name = 'StaleOwnerError';
  constructor(group: string, topic: string, partition: number) {
    super(`group ${group}: ${topic}/${partition} has another owner`);
  }
}

export class BusClosedError extends Error {
  override readonly name = 'BusClosedError';
  constructor() {
    super('the event bus is closed');
  }
}
