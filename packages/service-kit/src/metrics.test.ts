import { expect, test } from 'vitest';
import { createMetrics, processMetricNames } from './metrics.ts';

const lineOf = (page: string, name: string) =>
  page.split('\n').find((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)) ?? '';

test('the page has what services count, and what every process says of itself', async () => {
  const metrics = createMetrics('gateway');
  metrics
    .counter({ name: 'flux_things_total', help: 'Things', labels: ['kind'] })
    .inc({ kind: 'a' }, 3);
  metrics.gauge({ name: 'flux_now', help: 'Now', collect: async () => 7 });
  const { body, contentType } = await metrics.page();
  expect(contentType).toContain('text/plain');
  expect(lineOf(body, 'flux_things_total')).toBe('flux_things_total{kind="a",service="gateway"} 3');
  expect(lineOf(body, 'flux_now')).toBe('flux_now{service="gateway"} 7');
  for (const name of Object.values(processMetricNames)) expect(lineOf(body, name)).not.toBe('');
});

test('CPU time is a total that only grows', async () => {
  const metrics = createMetrics('gateway');
  const read = async () => {
    const { body } = await metrics.page();
    return Number(lineOf(body, processMetricNames.cpuUserSeconds).split(' ')[1]);
  };
  const first = await read();
  expect(await read()).toBeGreaterThanOrEqual(first);
  expect((await metrics.page()).body).toContain(
    `# TYPE ${processMetricNames.cpuUserSeconds} counter`,
  );
});

test('what cannot be asked at the moment does not keep the rest from being shown', async () => {
  const metrics = createMetrics('gateway');
  metrics.gauge({
    name: 'flux_away',
    help: 'Away',
    collect: () => Promise.reject(new Error('away')),
  });
  const { body } = await metrics.page();
  expect(lineOf(body, 'flux_away')).toContain('Nan');
  expect(lineOf(body, processMetricNames.residentBytes)).not.toBe('');
});
