/** What a step made of its input. */
export type Outcome<T, DropReason extends string = string, DeadReason extends string = string> =
  | { readonly kind: 'ok'; readonly value: T }
  /** Nothing to be done with it, as intended. */
  | { readonly kind: 'drop'; readonly reason: DropReason }
  /** It should have been more than this: kept for inspection and counted. */
  | { readonly kind: 'deadLetter'; readonly reason: DeadReason };

export type Step<In, Out> = (input: In) => Outcome<Out>;

export const ok = <T>(value: T) => ({ kind: 'ok', value }) as const;
export const drop = <R extends string>(reason: R) => ({ kind: 'drop', reason }) as const;
export const deadLetter = <R extends string>(reason: R) =>
  ({ kind: 'deadLetter', reason }) as const;

export interface Pipeline<In, Out> {
  step<Next>(step: Step<Out, Next>): Pipeline<In, Next>;
  into<Table>(table: Table): ConsumerSteps<In, Out, Table>;
}

export interface ConsumerSteps<In, Row, Table> {
  readonly table: Table;
  /** Sorts the records of a batch by what became of them. */
  run(records: readonly In[]): Sorted<In, Row>;
}

export interface Sorted<In, Row> {
  readonly rows: readonly Row[];
  readonly dead: readonly { readonly record: In; readonly reason: string }[];
}

/** Named steps in a row; a step that throws has found a record that it cannot read. */
export function pipeline<In>(): Pipeline<In, In> {
  return stack<In, In>(ok);
}

function stack<In, Out>(run: Step<In, Out>): Pipeline<In, Out> {
  return {
    step(step) {
      return stack((input) => {
        const outcome = run(input);
        return outcome.kind === 'ok' ? step(outcome.value) : outcome;
      });
    },
    into(table) {
      return { table, run: (records) => sort(records, run) };
    },
  };
}

function sort<In, Row>(records: readonly In[], run: Step<In, Row>): Sorted<In, Row> {
  const rows: Row[] = [];
  const dead: { record: In; reason: string }[] = [];
  for (const record of records) {
    const outcome = guarded(run, record);
    if (outcome.kind === 'ok') rows.push(outcome.value);
    else if (outcome.kind === 'deadLetter') dead.push({ record, reason: outcome.reason });
  }
  return { rows, dead };
}

function guarded<In, Row>(run: Step<In, Row>, record: In): Outcome<Row> {
  try {
    return run(record);
  } catch {
    // The error's text may quote the record: only the fact is kept.
    return deadLetter('step_threw');
  }
}
