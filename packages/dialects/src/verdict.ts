/**
 * What an observer says of one frame: bit flags, because one frame may be several things (a last
 * chunk that carries text and usage). Test with `&`.
 */
export const PASS = 0;
/** Proves output: the first content, tool call, reasoning, or a finish. The commit point. */
export const PASS_OUTPUT = 1;
/** Holds what may be the final usage: where an opted-in `flux` member goes. */
export const USAGE = 2;
/** The dialect's last event. */
export const TERMINAL = 4;
/** The upstream's error; see the snapshot. */
export const ERROR = 8;
/** Not for this client: a usage-only chunk that we asked for and it did not. */
export const DROP = 16;

export type FrameVerdict = number;
