import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One labelled prompt of the dev split, beside the checkout; none of it is kept in the repository. */
export interface DevItem {
  readonly id: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly source: string;
  readonly category: string;
  /** Correctness of each lane's model, 0 to 1. */
  readonly q?: Readonly<Record<'fast' | 'standard' | 'reasoning', number>>;
  /** Of the sets that only tell hard from easy. */
  readonly hard?: 0 | 1;
}

/** Null where the data is not there. */
export function readDevSet(directory: string): DevItem[] | null {
  if (!existsSync(join(directory, 'labels.jsonl'))) return null;
  const lines = <T>(name: string): T[] =>
    readFileSync(join(directory, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  const prompts = new Map(
    lines<Pick<DevItem, 'id' | 'messages'>>('prompts.jsonl').map((prompt) => [prompt.id, prompt]),
  );
  return lines<Omit<DevItem, 'messages'>>('labels.jsonl').flatMap((label) => {
    const prompt = prompts.get(label.id);
    return prompt === undefined ? [] : [{ ...label, messages: prompt.messages }];
  });
}
