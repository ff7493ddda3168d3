/**
 * The one linear memory in which a kernel module works. WebAssembly code allocates nothing: whoever calls it takes room
 * here and hands in pointers. Memory is taken in order and given back in reverse order, down to a mark; it grows as it is
 * needed and never shrinks, which is WebAssembly's rule.
 */
import { NodeFailure } from "../domain/failure.ts";

/** A cache line; every block begins on one, so that vectors and points are aligned for SIMD. */
const ALIGNMENT = 64;
const PAGE_BYTES = 65_536;
/** Pointers are 32 bits wide. */
const MAX_BYTES = 2 ** 32;

/** What `mark` gives and `release` takes. */
export type MemoryMark = number;

export class CoreMemory {
  readonly memory: WebAssembly.Memory;
  #top: number;
  #bytes: Uint8Array;
  #view: DataView;

  /** `heapBase`: where memory is free from, bytes (see kernels/layout.ts). */
  constructor(memory: WebAssembly.Memory, heapBase: number) {
    this.memory = memory;
    this.#top = align(heapBase);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /**
   * Takes `bytes` bytes, 64-byte aligned, with whatever they held before. Grows the memory when it must.
   *
   * @throws NodeFailure "out_of_memory" when it cannot grow.
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
    const missing = top - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    if (top > MAX_BYTES) throw outOfMemory(top);
    try {
      this.memory.grow(Math.ceil(missing / PAGE_BYTES));
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

const align = (address: number): number => Math.ceil(address / ALIGNMENT) * ALIGNMENT;

const outOfMemory = (bytes: number, cause?: unknown): NodeFailure =>
  new NodeFailure(
    "out_of_memory",
    `memory ran out: the prover needs ${Math.ceil(bytes / 2 ** 20)} MiB`,
    { cause },
  );
