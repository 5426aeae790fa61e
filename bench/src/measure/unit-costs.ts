import type { LoadGenerator } from '../load/load-generator.ts';
import { cpuMsSince, readCpu, residentMbOf } from '../processes/process-reading.ts';
import { type Gateway, pidOf } from '../processes/start-gateway.ts';
import { onTheWay } from '../processes/start-services.ts';
import type { Figure } from '../report/figure.ts';
import { chunksPerStream, requestBodies } from '../request-bodies.ts';
import { spread } from '../statistics.ts';

const rounds = 6;
const concurrency = 16;

export const unitCostNotes = [
  'Of each service: CPU of its process in the same rounds, and its memory after them. docs/scale.md reckons with these.',
];

/** What each service on a request's way takes of it, once all are warm. */
export async function measureUnitCosts(load: LoadGenerator, services: Gateway): Promise<Figure[]> {
  const requests = await cpuByService(load, services, requestBodies.whole, 2_500);
  const streams = await cpuByService(load, services, requestBodies.stream, 300);
  const memory = onTheWay.map((name) => residentMbOf(pidOf(services.system, name)));
  return onTheWay.flatMap((name, at): Figure[] => [
    { name: `${name}, request of 2 KB`, unit: 'µs', ours: spread(requests[at] ?? []) },
    {
      name: `${name}, stream chunk, ten a packet`,
      unit: 'µs',
      ours: spread((streams[at] ?? []).map((us) => us / chunksPerStream)),
    },
    { name: `${name}, RSS`, unit: 'MB', ours: spread([memory[at] ?? Number.NaN]) },
  ]);
}

/** µs a request, a list of rounds for each service. */
async function cpuByService(
  load: LoadGenerator,
  services: Gateway,
  body: string,
  countMax: number,
): Promise<readonly (readonly number[])[]> {
  const target = services.target(body);
  const figures = onTheWay.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    const pids = onTheWay.map((name) => pidOf(services.system, name));
    const before = pids.map(readCpu);
    const { count } = await load.run({
      ...{ kind: 'closed', target, concurrency, forMs: 30_000, countMax },
    });
    await services.settled();
    pids.forEach((pid, at) => {
      const cpu = before[at];
      if (cpu !== undefined) figures[at]?.push((cpuMsSince(cpu, pid) * 1000) / count);
    });
  }
  return figures;
}
