export { type ErrorCode, errorCodes } from './codes.ts';
export { duplicateMember, invalidField, missingField } from './field-errors.ts';
export { type FluxError, type FluxErrorOverrides, fluxError, isFluxError } from './flux-error.ts';
