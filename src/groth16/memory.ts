/**
 * The one linear memory in which a kernel module works. WebAssembly code allocates nothing: whoever calls it takes room
 * here and hands in pointers. Memory is taken in order and given back in reverse order, down to a mark. A memory of one's
 * own grows as it is needed and never shrinks, which is WebAssembly's rule; in a shared one each prover has a region.
 */
import { NodeFailure } from "../domain/failure.ts";

/** A cache line; every block begins on one, so that vectors and points are aligned for SIMD. */
const ALIGNMENT = 64;
export const PAGE_BYTES = 65_536;
/** Pointers are 32 bits wide. */
const MAX_BYTES = 2 ** 32;

/** What `mark` gives and `release` takes. */
export type MemoryMark = number;

/** Where room is taken. What is laid out in a Room alone can also be measured without any memory. */
export type Room = Pick<CoreMemory, "alloc" | "mark" | "release">;

export class CoreMemory {
  readonly memory: WebAssembly.Memory;
  readonly #end: number | undefined;
  #top: number;
  #bytes: Uint8Array;
  #view: DataView;

  /**
   * Memory from `begin` on: where it is free from (heapBase of kernels/layout.ts), or the region's beginning, bytes. With an
   * `end` it is that region alone, in a memory that never grows.
   */
  constructor(memory: WebAssembly.Memory, begin: number, end?: number) {
    this.memory = memory;
    this.#end = end;
    this.#top = align(begin);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /**
   * Takes `bytes` bytes, 64-byte aligned, with whatever they held before. Grows the memory when it must.
   *
   * @throws NodeFailure "out_of_memory" when it cannot grow, "internal" when the region is full: it was measured wrongly.
   */
  alloc(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new NodeFailure("internal", `cannot take ${bytes} bytes of memory`);
    }
    const address = this.#top;
    const top = align(address + bytes);
    this.#reach(top);
    this.#top = top;
    return address;
  }

  /** What is taken now. */
  mark(): MemoryMark {
    return this.#top;
  }

  /** Gives back all that was taken since `mark`. */
  release(mark: MemoryMark): void {
    if (mark > this.#top) throw new NodeFailure("internal", "memory is given back out of order");
    this.#top = mark;
  }

  /** The whole memory. Do not keep it: growing detaches it. */
  u8(): Uint8Array {
    this.#refresh();
    return this.#bytes;
  }

  /** As `u8`. */
  view(): DataView {
    this.#refresh();
    return this.#view;
  }

  #reach(top: number): void {
    if (this.#end !== undefined) {
      if (top <= this.#end) return;
      throw new NodeFailure("internal", `a region of memory is ${top - this.#end} bytes too small`);
    }
    const missing = top - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    if (top > MAX_BYTES) throw outOfMemory(top);
    try {
      this.memory.grow(pagesFor(missing));
    } catch (reason) {
      throw outOfMemory(top, reason);
    }
  }

  /** An ordinary memory gets a new buffer when it grows; so does a shared one, though the old one stays valid. */
  #refresh(): void {
    const { buffer } = this.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }
}

/** Takes nothing and counts: what code that works in a Room would take at most. */
class Meter {
  #top = 0;
  #peak = 0;

  /** The most that was taken at once, bytes. */
  get peak(): number {
    return this.#peak;
  }

  alloc(bytes: number): number {
    const address = this.#top;
    this.#top = align(address + bytes);
    this.#peak = Math.max(this.#peak, this.#top);
    return address;
  }

  mark(): MemoryMark {
    return this.#top;
  }

  release(mark: MemoryMark): void {
    this.#top = mark;
  }
}

/** What code takes at most, bytes. */
export const measure = (work: (room: Room) => void): number => {
  const meter = new Meter();
  work(meter);
  return meter.peak;
};

/** Pages of a memory that reaches up to `top`. */
export const pagesFor = (top: number): number => Math.ceil(top / PAGE_BYTES);

/** Where the next block begins. */
export const align = (address: number): number => Math.ceil(address / ALIGNMENT) * ALIGNMENT;

const outOfMemory = (bytes: number, cause?: unknown): NodeFailure =>
  new NodeFailure(
    "out_of_memory",
    `memory ran out: the prover needs ${Math.ceil(bytes / 2 ** 20)} MiB`,
    { cause },
  );
