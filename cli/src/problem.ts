/** What a person can do something about: told in one line, without a stack. */
export class Problem extends Error {
  /** 1: not found or refused; 2: cannot be asked at all. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
