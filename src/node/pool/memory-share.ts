/** Which proofs run at once: those that this device has memory for together. */
import { NodeFailure } from "../../domain/failure.ts";

type Claim = { readonly bytes: number; readonly grant: () => void };

/**
 * In: what each proof takes. Promises: the sum of what is granted stays within the budget, except that one proof always
 * runs, since it has been compared with the device already; claims are granted in the order in which they came, so that
 * small proofs do not keep a large one waiting for ever.
 */
export class MemoryShare {
  readonly #budgetBytes: number;
  #granted: readonly Claim[] = [];
  #waiting: readonly Claim[] = [];

  /** @param budgetBytes for all proofs together; 0 = unknown, then nobody waits. */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes === 0 ? Number.POSITIVE_INFINITY : budgetBytes;
  }

  /** Whether a claim of so many bytes would be granted at once. */
  hasRoom(bytes: number): boolean {
    if (this.#granted.length === 0) return true;
    const heldBytes = this.#granted.reduce((total, claim) => total + claim.bytes, 0);
    return this.#waiting.length === 0 && heldBytes + bytes <= this.#budgetBytes;
  }

  /**
   * Resolves when the bytes are granted; they are, until `signal` is aborted.
   *
   * @throws NodeFailure, the signal's reason, when that comes first.
   */
  async claim(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((grant, reject) => {
      const claim: Claim = { bytes, grant };
      const leave = (): void => {
        reject(NodeFailure.from(signal.reason));
        this.#leave(claim);
      };
      signal.addEventListener("abort", leave, { once: true });
      if (this.hasRoom(bytes)) this.#grant(claim);
      else this.#waiting = [...this.#waiting, claim];
    });
  }

  #leave(claim: Claim): void {
    this.#granted = this.#granted.filter((other) => other !== claim);
    const [first, ...others] = this.#waiting.filter((other) => other !== claim);
    this.#waiting = [];
    if (first === undefined) return;
    if (!this.hasRoom(first.bytes)) {
      this.#waiting = [first, ...others];
      return;
    }
    this.#grant(first);
    this.#waiting = others;
    // One large proof that ends may make room for several.
    this.#leave(claim);
  }

  #grant(claim: Claim): void {
    this.#granted = [...this.#granted, claim];
    claim.grant();
  }
}
