import type { CircuitId, Sha256 } from "../domain/ids.ts";
import type { CircuitFiles, Doubt } from "./protocol.ts";

/** What is always kept ready, and the share of what a proof may take on this device, if that is more. */
const LEAST_BYTES = 256 * 2 ** 20;
const BUDGET_SHARE = 1 / 4;

/** Circuits' files ready in memory for the next task of their circuit; those used longest ago are let go. */
export class Retained {
  readonly #limitBytes: number;
  /** In the order of use. */
  readonly #files = new Map<Sha256, CircuitFiles>();
  #doubts = 0;

  constructor(memoryBudgetBytes: number) {
    this.#limitBytes = Math.max(LEAST_BYTES, memoryBudgetBytes * BUDGET_SHARE);
  }

  /** How often something was doubted: what was begun before a doubt is not kept after it. */
  get doubts(): number {
    return this.#doubts;
  }

  get(zkey: Sha256): CircuitFiles | undefined {
    return this.#files.get(zkey);
  }

  /** Puts files last in the order of use. `doubts` is the count from when they began to be loaded. */
  keep(files: CircuitFiles, doubts: number = this.#doubts): void {
    const digest = files.circuit.zkey.sha256;
    this.#files.delete(digest);
    if (doubts !== this.#doubts) return;
    this.#files.set(digest, files);
    let bytes = [...this.#files.values()].reduce((sum, each) => sum + heldBytes(each), 0);
    for (const [other, each] of this.#files) {
      if (bytes <= this.#limitBytes || each === files) return;
      this.#files.delete(other);
      bytes -= heldBytes(each);
    }
  }

  delete(zkey: Sha256): void {
    this.#files.delete(zkey);
  }

  deleteCircuit(id: CircuitId): void {
    for (const [digest, { circuit }] of this.#files)
      if (circuit.id === id) this.#files.delete(digest);
  }

  /** Lets go of what was made wrongly, and of all that would be proven by the kernel that is to blame. */
  doubt({ zkeyDigest, curve, kernel }: Doubt): void {
    this.#doubts += 1;
    this.#files.delete(zkeyDigest);
    if (kernel === undefined) return;
    for (const [digest, { kernels }] of this.#files) {
      const layout = kernels[0]?.layout;
      if (layout?.curve === curve && layout.kernel === kernel) this.#files.delete(digest);
    }
  }
}

/** A key that is a file is none of ours to hold. */
const heldBytes = ({ circuit, key }: CircuitFiles): number =>
  circuit.wasm.bytes + (key?.kind === "shared" ? key.memory.buffer.byteLength : 0);
