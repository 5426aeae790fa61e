import type { Gateway } from '../gateway.ts';
import { printJson, printTable } from '../print.ts';

interface ModelShown {
  id: string;
  lane: string | null;
  backing_model: string | null;
  context_window: number | null;
  dialects: string[];
  rates: { input: string | null; output: string | null; image: string | null } | null;
}

export async function showModels(gateway: Gateway): Promise<void> {
  const list = (await gateway.get('/v1/models')) as { data: ModelShown[] };
  if (gateway.json) return printJson(list);
  printTable(
    ['model', 'lane', 'answered by', 'window', '$ in / 1M', '$ out / 1M', 'dialects'],
    list.data.map((model) => [
      model.id,
      model.lane ?? 'decided',
      model.backing_model ?? 'decided',
      model.context_window === null ? '–' : String(model.context_window),
      model.rates?.input ?? '–',
      model.rates?.output ?? model.rates?.image ?? '–',
      model.dialects.join(' '),
    ]),
  );
}
