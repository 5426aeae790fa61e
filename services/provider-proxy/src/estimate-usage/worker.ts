import { parentPort } from 'node:worker_threads';
import type { UsageToEstimate } from '../ports.ts';
import { countTokens } from './count-tokens.ts';

parentPort?.on('message', ({ id, what }: { id: number; what: UsageToEstimate }) => {
  parentPort?.postMessage({ id, tokens: countTokens(what) });
});
