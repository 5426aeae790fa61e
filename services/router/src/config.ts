import { oneOf, onOff, setting } from '@fluxrouter/service-kit/config';
import { z } from 'zod';

/** Settings of the router. Policy and catalogue are data in the repository, not settings. */
export const routerConfig = z.object({
  rateCard: setting('RATE_CARD', oneOf(['lanes', 'at-cost']).default('lanes'), {
    about: 'Which rate card prices requests: the lanes, or list price × (1 + markup).',
    why: 'The lanes are what is promised to customers; at-cost is for your own hosting.',
  }),
  healthRouting: setting('HEALTH_ROUTING', onOff().default(true), {
    about: 'Whether chains are ordered by the health of providers and models.',
    why: 'What has failed for five minutes is tried last. Off: the policy alone decides the order.',
  }),
});

export type RouterConfig = z.infer<typeof routerConfig>;
