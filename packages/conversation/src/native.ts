export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * What is nobody else's: members of a wire object that the conversation has no name for, by the
 * dialect that they were read from. They go back into that dialect as they came, and nowhere else.
 */
export type Native = Readonly<Record<string, JsonObject>>;

export function nativeOf(dialect: string, rest: JsonObject | undefined): Native | undefined {
  return rest === undefined ? undefined : { [dialect]: rest };
}

/** Where reasoning was sealed: the dialect of the provider and, where it is known, our model's id. */
export interface Origin {
  readonly dialect: string;
  readonly model: string | null;
}
