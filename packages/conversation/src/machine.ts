/**
 * A step machine: pure, and the state is data. `end` is asked once, when there is no more input.
 */
export interface Machine<State, In, Out> {
  readonly initial: State;
  step(state: State, input: In): readonly [State, readonly Out[]];
  end(state: State): readonly Out[];
}

/** Runs a machine over all of its input. */
export function runMachine<State, In, Out>(
  machine: Machine<State, In, Out>,
  inputs: Iterable<In>,
): Out[] {
  const all: Out[] = [];
  let state = machine.initial;
  for (const input of inputs) {
    const [next, out] = machine.step(state, input);
    state = next;
    all.push(...out);
  }
  all.push(...machine.end(state));
  return all;
}
