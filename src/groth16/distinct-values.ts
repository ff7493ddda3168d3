/**
 * Numbers the distinct coefficients of a key. Circuits have few of them (1, -1, powers of two, a hash's constants), so
 * what a proof reads stays in the cache. An open-addressing table on the values' words: a Map would need strings.
 */

/** Bytes of a coefficient. */
const VALUE_BYTES = 32;
const VALUE_WORDS = VALUE_BYTES / 4;
const FREE = 0;

export class DistinctValues {
  /** Number of each slot's value; the first value, 0, is never looked up, so 0 says that the slot is free. */
  #slots = new Uint32Array(1024);
  #words = new Uint32Array(512 * VALUE_WORDS);
  #count = 1;

  /** The values in the order of their numbers, `count` times 32 bytes. Number 0 is zero. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.#count * VALUE_BYTES);
  }

  get count(): number {
    return this.#count;
  }

  /** The number of the value at `at`; a new one when it is seen first. */
  numberOf(view: DataView, at: number): number {
    const next = this.#count * VALUE_WORDS;
    // Read where it will lie if it is new.
    for (let word = 0; word < VALUE_WORDS; word += 1) {
      this.#words[next + word] = view.getUint32(at + 4 * word, true);
    }
    const slot = this.#slotOf(next);
    const known = this.#slots[slot] ?? FREE;
    if (known !== FREE) return known;
    const number = this.#count;
    this.#slots[slot] = number;
    this.#count += 1;
    this.#grow();
    return number;
  }

  /** The slot of the value whose words begin at `at`: its own, or the free one where it belongs. */
  #slotOf(at: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(at) & mask;
    for (;;) {
      const number = this.#slots[slot] ?? FREE;
      if (number === FREE || this.#same(number * VALUE_WORDS, at)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #hash(at: number): number {
    let hash = 0;
    for (let word = 0; word < VALUE_WORDS; word += 1) {
      hash = Math.imul(hash ^ (this.#words[at + word] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  #same(one: number, other: number): boolean {
    for (let word = 0; word < VALUE_WORDS; word += 1) {
      if (this.#words[one + word] !== this.#words[other + word]) return false;
    }
    return true;
  }

  /** Keeps room for one more value, and half of the slots free. */
  #grow(): void {
    if ((this.#count + 1) * VALUE_WORDS <= this.#words.length) return;
    const words = new Uint32Array(2 * this.#words.length);
    words.set(this.#words);
    this.#words = words;
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let number = 1; number < this.#count; number += 1) {
      this.#slots[this.#slotOf(number * VALUE_WORDS)] = number;
    }
  }
}
