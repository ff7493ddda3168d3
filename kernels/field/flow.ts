/** What is known of elements at the place in a function up to which code was emitted. */
import type { FunctionBuilder } from "../asm/index.ts";
import { bound, type Bound } from "./bounds.ts";

type Control = FunctionBuilder["code"][number]["control"];

/** A bound, and the loops in which it may still be what it was when their body began. */
type Known = { readonly bound: Bound; readonly since: ReadonlySet<LoopFrame> };
/** By element. Undefined where no way leads: what is emitted there is never carried out. */
type State = ReadonlyMap<string, Known>;

export type LoopFrame = {
  /** What is assumed when the body begins. */
  readonly entry: State;
  /** Elements whose value from an earlier turn, or from before, is read. */
  readonly read: Set<string>;
  /** What is known at each branch to the start. */
  readonly turns: State[];
};

type Frame = {
  readonly loop: LoopFrame | undefined;
  /** At the beginning of an `if`: what its `else` begins with, or what is so without one. */
  otherwise: State | undefined;
  /** Joined from all branches to the end. */
  out: State | undefined;
};

export class FlowState {
  readonly #carried: Bound;
  readonly #frames: Frame[] = [];
  readonly #loops: LoopFrame[] = [];
  #state: Map<string, Known> | undefined = new Map();

  constructor(carried: Bound) {
    this.#carried = carried;
  }

  get loops(): readonly LoopFrame[] {
    return this.#loops;
  }

  read(element: string): Bound | undefined {
    // What is never carried out may be anything.
    if (this.#state === undefined) return this.#carried;
    const known = this.#state.get(element);
    for (const loop of known?.since ?? []) loop.read.add(element);
    return known?.bound;
  }

  write(element: string, known: Bound): void {
    this.#state?.set(element, { bound: known, since: new Set() });
  }

  forget(element: string): void {
    this.#state?.delete(element);
  }

  step(control: Control): void {
    switch (control?.kind) {
      case undefined:
      case "local":
        return;
      case "block":
      case "if":
        this.#frames.push({
          loop: undefined,
          otherwise: this.#ifState(control.kind),
          out: undefined,
        });
        return;
      case "loop":
        this.#enterLoop();
        return;
      case "else":
        this.#enterElse();
        return;
      case "end":
        this.#leave();
        return;
      case "return":
        this.#state = undefined;
        return;
      case "branch":
        this.#branch(control.depth);
        if (!control.conditional) this.#state = undefined;
    }
  }

  #ifState(kind: "block" | "if"): State | undefined {
    return kind === "if" && this.#state !== undefined ? new Map(this.#state) : undefined;
  }

  #enterLoop(): void {
    const entry = new Map<string, Known>();
    const loop: LoopFrame = { entry, read: new Set(), turns: [] };
    for (const [element, known] of this.#state ?? []) {
      const since = new Set([...known.since, loop]);
      entry.set(element, { bound: bound.join(known.bound, this.#carried), since });
    }
    this.#loops.push(loop);
    this.#frames.push({ loop, otherwise: undefined, out: undefined });
    if (this.#state !== undefined) this.#state = new Map(entry);
  }

  #enterElse(): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    frame.out = join(frame.out, this.#state);
    this.#state = frame.otherwise === undefined ? undefined : new Map(frame.otherwise);
    frame.otherwise = undefined;
  }

  #leave(): void {
    const frame = this.#frames.pop();
    const joined = join(join(frame?.out, frame?.otherwise), this.#state);
    this.#state = joined === undefined ? undefined : new Map(joined);
  }

  #branch(depth: number): void {
    const frame = this.#frames.at(-1 - depth);
    if (frame === undefined || this.#state === undefined) return;
    if (frame.loop === undefined) frame.out = join(frame.out, this.#state);
    else frame.loop.turns.push(new Map(this.#state));
  }
}

/** What holds on either way; an element must be known on both. */
const join = (a: State | undefined, b: State | undefined): State | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  const joined = new Map<string, Known>();
  for (const [element, known] of a) {
    const other = b.get(element);
    if (other === undefined) continue;
    const since = new Set([...known.since, ...other.since]);
    joined.set(element, { bound: bound.join(known.bound, other.bound), since });
  }
  return joined;
};
