import type { Dialect, RequestReading } from '@fluxrouter/dialects';
import { type FluxError, isFluxError } from '@fluxrouter/errors';
import { type Edit, splice } from '@fluxrouter/json-splice';
import { parseUsd } from '@fluxrouter/pricing';
import type { RoutorFields } from '@fluxrouter/routing-rules';

/** A client's body with the closed list of splices but for the model's name. */
export interface RequestBody {
  readonly bytes: Buffer;
  /** Where the model's name, a JSON string, stands in it. */
  readonly modelStart: number;
  readonly modelEnd: number;
}

export function bodyFor(dialect: Dialect, reading: RequestReading, askUsage: boolean): RequestBody {
  const edits = dialect.requestEdits(reading, { askUsage });
  const { valueStart, valueEnd } = reading.modelSpan;
  if (edits.length === 0) {
    return { bytes: reading.body, modelStart: valueStart, modelEnd: valueEnd };
  }
  const shift = shiftAt(valueStart, edits);
  return {
    bytes: splice(reading.body, edits),
    modelStart: valueStart + shift,
    modelEnd: valueEnd + shift,
  };
}

/** By how much the edits before a place move it. */
function shiftAt(place: number, edits: readonly Edit[]): number {
  let shift = 0;
  for (const { start, end, replacement } of edits) {
    if (end <= place) shift += Buffer.byteLength(replacement) - (end - start);
  }
  return shift;
}

/** Routor's request fields, money as pico-USD. */
export function routorFields(dialect: Dialect, reading: RequestReading): RoutorFields | FluxError {
  const fields = dialect.routorFields(reading);
  if (isFluxError(fields)) return fields;
  const { maxCost, ...rest } = fields;
  return maxCost === undefined ? rest : { ...rest, maxCost: parseUsd(maxCost) };
}
