import { oneOf, onOff, setting } from '@fluxrouter/service-kit/config';
import { z } from 'zod';

/** Settings of the router. Policy and catalogue are data in the repository, not settings. */
export const routerConfig = z.object({
  rateCard: setting('RATE_CARD', oneOf(['lanes', 'at-cost']).default('lanes'), {
    about: 'Which rate card prices requests: the lanes, or list price × (1 + markup).',
    why: 'The lanes are what is promised to customers; at-cost is for your own hosting.',
  }),
  chainByHealth: setting('CHAIN_BY_HEALTH', onOff().default(true), {
    about: 'Whether a chain puts models first that did well in the last five minutes.',
    why: 'Nobody waits for what is down. Off: every chain is in the order of its lane.',
  }),
});

export type RouterConfig = z.infer<typeof routerConfig>;
