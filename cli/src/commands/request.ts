import type { Gateway } from '../gateway.ts';
import { printFacts, printJson, printTable } from '../print.ts';
import { Problem } from '../problem.ts';

interface AttemptShown {
  provider: string;
  model: string;
  status: number | null;
  errorCode: string | null;
  outcome: string;
  firstByteMs: number | null;
  durationMs: number;
}

interface RecordShown {
  id: string;
  clientRequestId: string | null;
  bodyId: string | null;
  upstreamId: string | null;
  key: string | null;
  tags: Record<string, string>;
  dialect: string;
  stream: boolean;
  originalModel: string | null;
  routedModel: string | null;
  model: string | null;
  lane: string | null;
  tier: string | null;
  profile: string | null;
  confidence: number | null;
  policy: string | null;
  reasons: string[];
  attempts: AttemptShown[];
  usage: Record<string, number | string | null>;
  costUsd: string;
  directCostUsd: string;
  rateCard: string | null;
  savingsPct: number | null;
  outcome: string;
  status: number | null;
  errorCode: string | null;
  notes: string[];
  receivedAt: string;
  finishedAt: string;
}

/** Our ids are looked up directly; any other may be several requests'. */
export async function showRequest(gateway: Gateway, id: string): Promise<void> {
  const records = id.startsWith('req_')
    ? [(await gateway.get(`/v1/requests/${encodeURIComponent(id)}`)) as RecordShown]
    : ((await gateway.get('/v1/requests', { any: id })) as { data: RecordShown[] }).data;
  if (records.length === 0) throw new Problem('There is no request of that id.', 1);
  if (gateway.json) return printJson(records.length === 1 ? records[0] : records);
  for (const [index, record] of records.entries()) {
    if (index > 0) process.stdout.write('\n');
    print(record);
  }
}

function print(record: RecordShown): void {
  const took = Date.parse(record.finishedAt) - Date.parse(record.receivedAt);
  printFacts([
    ['request', record.id],
    ['outcome', [record.outcome, record.status, record.errorCode].filter(Boolean).join('  ')],
    ['received', `${record.receivedAt}  took ${took} ms`],
    [
      'asked for',
      `${record.originalModel ?? '–'}  (${record.dialect}${record.stream ? ', stream' : ''})`,
    ],
    ['routed to', `${record.routedModel ?? '–'}  ${routing(record)}`],
    ['answered by', record.model ?? '–'],
    ['because', record.reasons.join('  ') || '–'],
    ['usage', usage(record.usage)],
    ['charged', `$${record.costUsd}  list price $${record.directCostUsd}${savings(record)}`],
    ['rate card', `${record.rateCard ?? '–'}  policy ${record.policy ?? '–'}`],
    ['key', record.key ?? '–'],
    [
      'tags',
      Object.entries(record.tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ') || '–',
    ],
    [
      'other ids',
      [record.bodyId, record.upstreamId, record.clientRequestId].filter(Boolean).join('  ') || '–',
    ],
    ['notes', record.notes.join('  ') || '–'],
  ]);
  if (record.attempts.length === 0) return;
  process.stdout.write('\n');
  printTable(
    ['attempt', 'provider', 'model', 'status', 'outcome', 'first byte ms', 'took ms'],
    record.attempts.map((attempt, index) => [
      String(index + 1),
      attempt.provider,
      attempt.model,
      attempt.status === null ? '–' : String(attempt.status),
      attempt.errorCode === null ? attempt.outcome : `${attempt.outcome} (${attempt.errorCode})`,
      attempt.firstByteMs === null ? '–' : String(attempt.firstByteMs),
      String(attempt.durationMs),
    ]),
  );
}

function routing({ lane, tier, profile, confidence }: RecordShown): string {
  if (profile === null) return '';
  return `(lane ${lane}, tier ${tier}, profile ${profile}, confidence ${confidence})`;
}

function usage({ source, ...buckets }: RecordShown['usage']): string {
  const counted = Object.entries(buckets).filter(([, count]) => count !== null && count !== 0);
  return `${counted.map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing'}  (${source})`;
}

function savings({ savingsPct }: RecordShown): string {
  return savingsPct === null ? '' : `, ${savingsPct} % below the baseline`;
}
