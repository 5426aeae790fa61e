/** Something about DATA_DIR that its owner has to see to. */
export class DataDirError extends Error {
  readonly locked: boolean;

  constructor(message: string, locked = false) {
    super(message);
    this.name = 'DataDirError';
    this.locked = locked;
  }
}
