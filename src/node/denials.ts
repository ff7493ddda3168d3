/** Circuits that this node does not take for now. What may pass is asked for again after a while. */
import type { Clock } from "../domain/clock.ts";
import type { FailureCode } from "../domain/failure.ts";
import type { CircuitId } from "../domain/ids.ts";

/** What stopped a circuit's files from coming once may not do so again: a worker that died, a download that was deleted. */
const passing: ReadonlySet<FailureCode> = new Set<FailureCode>(["cancelled", "prover_lost"]);
/** Long enough that a device on which it goes on costs a task few of its leases. */
const DENIAL_MS = 60_000;

export type DenialNeeds = {
  readonly clock: Pick<Clock, "sleep">;
  /** Ends the waiting. */
  readonly ended: AbortSignal;
  /** The circuit is taken again. */
  readonly over: (circuit: CircuitId, code: FailureCode) => void;
};

export class Denials {
  readonly #needs: DenialNeeds;
  readonly #circuits = new Set<CircuitId>();

  constructor(needs: DenialNeeds) {
    this.#needs = needs;
  }

  get list(): readonly CircuitId[] {
    return [...this.#circuits];
  }

  /** False when it was denied already. */
  add(circuit: CircuitId, code: FailureCode): boolean {
    if (this.#circuits.has(circuit)) return false;
    this.#circuits.add(circuit);
    if (passing.has(code)) void this.#pass(circuit, code);
    return true;
  }

  /** Takes all again. False when nothing was denied. */
  clear(): boolean {
    const some = this.#circuits.size > 0;
    this.#circuits.clear();
    return some;
  }

  async #pass(circuit: CircuitId, code: FailureCode): Promise<void> {
    const { clock, ended, over } = this.#needs;
    // Rejects only when the node ends: nobody is left to ask then.
    await clock.sleep(DENIAL_MS, ended).catch(() => undefined);
    if (!ended.aborted && this.#circuits.delete(circuit)) over(circuit, code);
  }
}
