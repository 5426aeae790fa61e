import { parseUsd, parseUsdPerMillion } from '@fluxrouter/pricing';
import {
  type CatalogueData,
  DIALECTS,
  LANES,
  type Model,
  type Provider,
} from './catalogue-data.ts';
import { checkCapabilities, checkQuirks } from './check-fields.ts';
import { indexNames, type NameClash } from './name-index.ts';

/** No vendor asks more than this today; a price above it was typed per token or in cents. */
const SANE_USD_PER_1M_MAX = '1000';
const SANE_USD_PER_IMAGE_MAX = '10';
const CHAT_DIALECTS = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const;

/** Every problem of the data at once, each in words that tell an operator where to look. Empty: none. */
export function checkCatalogue(data: CatalogueData): string[] {
  const problems: string[] = [];
  const providers = new Map(data.providers.map((provider) => [provider.id, provider]));
  problems.push(
    ...duplicates(
      'provider',
      data.providers.map((provider) => provider.id),
    ),
  );
  problems.push(
    ...duplicates(
      'model',
      data.models.map((model) => model.id),
    ),
  );
  for (const provider of data.providers) {
    problems.push(...checkProvider(provider), ...checkQuirks(provider));
  }
  for (const model of data.models) {
    problems.push(...checkModel(model, providers), ...checkCapabilities(model));
  }
  problems.push(...checkLanes(data), ...checkBaseline(data), ...checkNames(data));
  if (!Number.isSafeInteger(data.createdUnixS) || data.createdUnixS <= 0) {
    problems.push(`createdUnixS is no time in Unix seconds: ${data.createdUnixS}`);
  }
  return problems;
}

function checkProvider(provider: Provider): string[] {
  const where = `provider ${provider.id}`;
  const problems: string[] = [];
  if (!isIdentifier(provider.id)) problems.push(`${where}: the id is not [a-z0-9.-]+`);
  if (!URL.canParse(provider.baseUrl) || !provider.baseUrl.startsWith('https://')) {
    problems.push(`${where}: baseUrl is no https URL`);
  }
  if (provider.baseUrl.endsWith('/')) problems.push(`${where}: baseUrl ends with a slash`);
  if (provider.dialects.length === 0) problems.push(`${where}: speaks no dialect`);
  for (const dialect of provider.dialects) {
    if (!DIALECTS.includes(dialect)) problems.push(`${where}: no such dialect: ${dialect}`);
  }
  for (const setting of [provider.apiKeySetting, provider.baseUrlSetting]) {
    if (!isSettingName(setting)) problems.push(`${where}: no name for a setting: ${setting}`);
  }
  if (!['bearer', 'x-api-key'].includes(provider.auth)) {
    problems.push(`${where}: no such auth: ${provider.auth}`);
  }
  if (!['cancel', 'drain'].includes(provider.onClientGone)) {
    problems.push(`${where}: no such onClientGone: ${provider.onClientGone}`);
  }
  return problems;
}

function checkModel(model: Model, providers: ReadonlyMap<string, Provider>): string[] {
  const where = `model ${model.id}`;
  const problems: string[] = [];
  const provider = providers.get(model.provider);
  if (!isIdentifier(model.id)) problems.push(`${where}: the id is not [a-z0-9.-]+`);
  if (provider === undefined) problems.push(`${where}: no such provider: ${model.provider}`);
  if (!LANES.includes(model.lane)) problems.push(`${where}: no such lane: ${model.lane}`);
  if (model.dialects.length === 0) problems.push(`${where}: speaks no dialect`);
  for (const dialect of model.dialects) {
    if (!DIALECTS.includes(dialect)) problems.push(`${where}: no such dialect: ${dialect}`);
    else if (provider !== undefined && !provider.dialects.includes(dialect)) {
      problems.push(`${where}: its provider ${provider.id} does not speak ${dialect}`);
    }
    if ((dialect === 'openai-images') !== (model.lane === 'image')) {
      problems.push(`${where}: dialect ${dialect} does not fit lane ${model.lane}`);
    }
  }
  for (const field of ['contextWindow', 'maxOutputTokens'] as const) {
    const tokens = model[field];
    if (tokens !== null && !(Number.isSafeInteger(tokens) && tokens > 0)) {
      problems.push(`${where}: ${field} is no number of tokens: ${tokens}`);
    }
    if (tokens === null && field === 'contextWindow' && model.lane !== 'image') {
      problems.push(`${where}: contextWindow is missing`);
    }
  }
  return [...problems, ...checkPrices(model, where)];
}

function checkPrices(model: Model, where: string): string[] {
  const problems: string[] = [];
  const { perImage, ...perMillion } = model.listUsdPer1M;
  const check = (field: string, text: string | null, parse: (t: string) => bigint, max: string) => {
    if (text === null) return;
    try {
      const price = parse(text);
      if (price < 0n || price > parse(max)) {
        problems.push(`${where}: list price ${field} is out of bounds (0 to ${max} USD): ${text}`);
      }
    } catch {
      problems.push(`${where}: list price ${field} is no exact decimal: ${text}`);
    }
  };
  for (const [field, text] of Object.entries(perMillion)) {
    check(field, text, parseUsdPerMillion, SANE_USD_PER_1M_MAX);
  }
  check('perImage', perImage, parseUsd, SANE_USD_PER_IMAGE_MAX);
  if (model.lane !== 'image' && (perMillion.input === null || perMillion.output === null)) {
    problems.push(`${where}: list price input and output are needed`);
  }
  return problems;
}

function checkLanes(data: CatalogueData): string[] {
  const problems = duplicates(
    'lane',
    data.lanes.map((lane) => lane.lane),
  );
  const models = new Map(data.models.map((model) => [model.id, model]));
  for (const lane of LANES) {
    if (!data.lanes.some((definition) => definition.lane === lane)) {
      problems.push(`lane ${lane} is missing`);
    }
  }
  for (const { lane, alias, chain } of data.lanes) {
    const where = `lane ${lane}`;
    if (!LANES.includes(lane)) problems.push(`${where}: no such lane`);
    if (!isIdentifier(alias)) problems.push(`${where}: the alias is not [a-z0-9.-]+`);
    problems.push(...duplicates(`${where}: model`, chain));
    for (const id of chain) {
      const model = models.get(id);
      if (model === undefined) problems.push(`${where}: no such model: ${id}`);
      else if ((model.lane === 'image') !== (lane === 'image')) {
        problems.push(`${where}: ${id} belongs to lane ${model.lane}`);
      }
    }
    const hosts = new Set(chain.flatMap((id) => models.get(id)?.provider ?? []));
    if (hosts.size === 1) problems.push(`${where}: one provider serves all of its chain`);
    const spoken = new Set(chain.flatMap((id) => models.get(id)?.dialects ?? []));
    for (const dialect of lane === 'image' ? (['openai-images'] as const) : CHAT_DIALECTS) {
      if (!spoken.has(dialect)) problems.push(`${where}: no model of its chain speaks ${dialect}`);
    }
  }
  return problems;
}

function checkBaseline(data: CatalogueData): string[] {
  const baseline = data.models.find((model) => model.id === data.baseline);
  if (baseline === undefined) return [`baseline: no such model: ${data.baseline}`];
  return baseline.lane === 'image' ? ['baseline: an image model has no price per token'] : [];
}

function checkNames(data: CatalogueData): string[] {
  const clashes: NameClash[] = [];
  indexNames(data, clashes);
  const lines = clashes.map(
    ({ name, targets: [a, b] }) => `name ${name} would stand for both ${a} and ${b}`,
  );
  return [...new Set(lines)];
}

function duplicates(what: string, ids: readonly string[]): string[] {
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [...new Set(twice)].map((id) => `${what} ${id} is listed more than once`);
}

function isIdentifier(text: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{0,63}$/.test(text);
}

function isSettingName(text: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(text);
}
