/**
 * Time of facts and decision for an already parsed request. Run: node packages/routing-rules/bench/decide.bench.ts
 * Prints p50 and p99 in microseconds, and the time for 1 MB, which shows whether it is linear.
 */
import { buildCatalogue, resolveModelName } from '@fluxrouter/catalogue';
import { buildRateCard, rateCardDefinitions } from '@fluxrouter/pricing';
import { ALL_HEALTHY, buildPolicy, decide, extractFacts } from '../src/index.ts';

const catalogue = buildCatalogue();
const policy = buildPolicy();
const [definition] = rateCardDefinitions;
if (definition === undefined) throw new Error('no rate card');
const rateCard = buildRateCard(definition, [...catalogue.models.values()]);
const requested = resolveModelName(catalogue, 'flux-auto');

const SENTENCE =
  'Our service keeps sessions in Redis and loses about 2 % of them when a node restarts; ' +
  'compare three ways to fix that without a second database, and say which you would choose? ';

function requestOf(chars: number) {
  const content = SENTENCE.repeat(Math.ceil(chars / SENTENCE.length)).slice(0, chars);
  const body = { model: 'flux-auto', stream: true, messages: [{ role: 'user', content }] };
  // Parsed, as a request is: its strings are flat, not slices of a rope.
  return JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
}

function measure(name: string, chars: number, rounds: number): void {
  const bodies = Array.from({ length: 16 }, (_, i) => requestOf(chars + i));
  const factsMicros: number[] = [];
  const wholeMicros: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const body = bodies[round % bodies.length] ?? {};
    const start = process.hrtime.bigint();
    const facts = extractFacts(body, 'openai-chat');
    const middle = process.hrtime.bigint();
    decide({
      facts,
      requested,
      dialect: 'openai-chat',
      catalogue,
      rateCard,
      policy,
      health: ALL_HEALTHY,
      servable: () => true,
    });
    const end = process.hrtime.bigint();
    if (round < rounds / 4) continue;
    factsMicros.push(Number(middle - start) / 1000);
    wholeMicros.push(Number(end - start) / 1000);
  }
  console.log(
    `${name}: facts p50 ${at(factsMicros, 0.5)} µs, facts and decision p50 ${at(wholeMicros, 0.5)} µs, p99 ${at(wholeMicros, 0.99)} µs`,
  );
}

function at(values: number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
}

measure('200 B', 200, 40_000);
measure('2 KB', 2_000, 40_000);
measure('20 KB', 20_000, 8_000);
measure('1 MB', 1_000_000, 60);
