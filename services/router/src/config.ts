import { oneOf, setting } from '@fluxrouter/service-kit/config';
import { z } from 'zod';

/** Settings of the router. Policy and catalogue are data in the repository, not settings. */
export const routerConfig = z.object({
  rateCard: setting('RATE_CARD', oneOf(['lanes', 'at-cost']).default('lanes'), {
    about: 'Which rate card prices requests: the lanes, or list price × (1 + markup).',
    why: 'The lanes are what is promised to customers; at-cost is for your own hosting.',
  }),
});

export type RouterConfig = z.infer<typeof routerConfig>;
