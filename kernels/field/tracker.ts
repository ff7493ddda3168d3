/**
 * Keeps the bound of each element of one function while its code is emitted, along all ways through its blocks, branches and
 * loops. What a loop's body reads from before is taken to be as large as the kernel lets loops carry; when the function
 * ends, every way back to a loop's start must leave it within that.
 */
import { AssemblyError, type FunctionBuilder, type Local, type ValueType } from "../asm/index.ts";
import { bound, type Bound } from "./bounds.ts";
import type { Element } from "./field.ts";
import { FlowState, type LoopFrame } from "./flow.ts";

export type TrackerLimits = {
  /** What a loop's body may leave in an element that its next turn reads. */
  readonly carried: Bound;
  /** @throws AssemblyError when an element's registers cannot hold all of it. */
  readonly requireHeld: (known: Bound) => void;
};

export class BoundTracker {
  readonly #f: FunctionBuilder;
  readonly #requireHeld: (known: Bound) => void;
  readonly #flow: FlowState;
  /** Registers of all elements, to notice when other code writes to them. */
  readonly #owners = new Map<number, string>();
  readonly #names = new Map<string, string>();
  #seen = 0;

  constructor(f: FunctionBuilder, { carried, requireHeld }: TrackerLimits) {
    this.#f = f;
    this.#requireHeld = requireHeld;
    this.#flow = new FlowState(carried);
    f.atEnd(() => {
      this.#follow();
      for (const loop of this.#flow.loops) this.#checkLoop(loop);
    });
  }

  /** @throws AssemblyError when nothing, or not this code alone, was written to the element on each way here. */
  read(element: Element): Bound {
    const key = this.#keyOf(element);
    this.#follow();
    const known = this.#flow.read(key);
    if (known !== undefined) return known;
    throw new AssemblyError(
      `${this.#f.name}: ${this.#names.get(key) ?? ""} is read where it need not have been written`,
    );
  }

  /** The element's registers have just been set. @throws AssemblyError when they cannot hold it. */
  write(element: Element, known: Bound): void {
    this.#requireHeld(known);
    const key = this.#keyOf(element);
    this.#follow();
    this.#flow.write(key, known);
  }

  /** Carries what was emitted since the last call into the state of the flow. */
  #follow(): void {
    const { code } = this.#f;
    for (; this.#seen < code.length; this.#seen += 1) {
      const control = code[this.#seen]?.control;
      if (control?.kind !== "local") this.#flow.step(control);
      else if (control.write) this.#written(control.index);
    }
  }

  /** A register that anyone sets is unknown until `write` says what it is. */
  #written(register: number): void {
    const owner = this.#owners.get(register);
    if (owner !== undefined) this.#flow.forget(owner);
  }

  #keyOf({ registers }: Element): string {
    const key = registers.map(({ local }) => local).join();
    if (!this.#names.has(key)) this.#own(key, registers);
    return key;
  }

  #own(key: string, registers: readonly Local<ValueType>[]): void {
    this.#follow();
    this.#names.set(key, registers[0]?.name ?? "");
    for (const { local } of registers) this.#owners.set(local, key);
  }

  #checkLoop({ read, entry, turns }: LoopFrame): void {
    for (const key of read) {
      const assumed = entry.get(key)?.bound;
      for (const turn of turns) {
        const left = turn.get(key)?.bound;
        if (assumed !== undefined && left !== undefined && bound.within(left, assumed)) continue;
        throw new AssemblyError(
          `${this.#f.name}: a loop leaves ${this.#names.get(key) ?? ""} larger than its next turn may find it; norm it`,
        );
      }
    }
  }
}
