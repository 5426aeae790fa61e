import { describe } from 'vitest';
import { describeGroupLedger } from './log-bus/ledger-contract.ts';
import { MemoryGroup } from './memory-group.ts';

describe('a group in memory', () => {
  describeGroupLedger(() => new MemoryGroup());
});
