import type { BusRecord } from '../port.ts';

/** Consecutive records of one partition, from `from` on; what is given back are parts of it. */
export class RecordBuffer {
  from = 0;
  end = 0;
  #records: BusRecord[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** What is kept follows on what is there, or takes its place. */
  keep(from: number, end: number, records: readonly BusRecord[], bytesMax: number): void {
    if (from !== this.end || this.#bytes > bytesMax) {
      this.#records = [];
      this.#bytes = 0;
      this.from = from;
    }
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += sizeOf(record);
    }
    this.end = end;
  }

  /** From `from` on, up to both limits, yet one record where there is any. Undefined: it is not here. */
  take(from: number, maxRecords: number, maxBytes: number): BusRecord[] | undefined {
    if (from < this.from || from >= this.end) return undefined;
    const start = this.#indexOf(from);
    const taken: BusRecord[] = [];
    let bytes = 0;
    for (let i = start; i < this.#records.length && taken.length < maxRecords; i += 1) {
      const record = this.#records[i] as BusRecord;
      bytes += sizeOf(record);
      if (taken.length > 0 && bytes > maxBytes) break;
      taken.push(record);
    }
    return taken;
  }

  /** Offsets may have gaps. */
  #indexOf(offset: number): number {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Number((this.#records[middle] as BusRecord).offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Headers are few and small: a fixed allowance stands for them. */
const sizeOf = ({ key, value }: BusRecord): number => key.length + value.length + 64;
