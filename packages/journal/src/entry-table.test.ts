import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryTable } from './entry-table.ts';

test('holds what a Map holds, whatever is added and deleted in whatever order', () => {
  const step = fc.record({ add: fc.boolean(), entry: fc.nat({ max: 400 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const table = new EntryTable<{ entry: number }>();
      const model = new Map<number, { entry: number }>();
      for (const { add, entry } of steps) {
        if (add && !model.has(entry)) {
          const item = { entry };
          table.add(item);
          model.set(entry, item);
        } else if (!add) {
          table.delete(entry);
          model.delete(entry);
        }
      }
      expect(table.size).toBe(model.size);
      for (let entry = 0; entry <= 400; entry += 1) {
        expect(table.get(entry)).toBe(model.get(entry) ?? null);
      }
    }),
  );
});
