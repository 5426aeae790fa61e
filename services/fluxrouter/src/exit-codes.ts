/** Why a process of ours ended: as in sysexits.h, where it has a name for it. */
export const exitCodes = {
  ok: 0,
  /** A fault that nobody foresaw. */
  fault: 1,
  /** Something it needs cannot be had: a port that is in use. */
  unavailable: 69,
  /** DATA_DIR cannot be made or written to. */
  cannotCreate: 73,
  /** Another launcher is at work here. */
  locked: 75,
  /** The settings are wrong. */
  config: 78,
} as const;

/** Ends that another start would only repeat: the launcher says so and stops. */
export const isFinal = (code: number | null): boolean =>
  code === exitCodes.unavailable || code === exitCodes.cannotCreate || code === exitCodes.config;
