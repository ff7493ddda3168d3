/** The stack check: walks a function's instructions as the machine's validator does and names the first that cannot be. */
import { AssemblyError, type Control, type Instruction, type ValueType } from "./instruction.ts";

export type Checked = {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly code: readonly Instruction[];
};

type Frame = {
  readonly kind: "function" | "block" | "loop" | "if" | "else";
  /** Height of the stack where it begins. */
  readonly height: number;
  /** After a branch that is always taken, what follows is never carried out. */
  dead: boolean;
};

/** @throws AssemblyError with the function, the instruction's number and text, and what is wrong. */
export const checkStack = (checked: Checked): void => {
  const walk = new Walk(checked);
  checked.code.forEach((instruction, at) => {
    walk.step(instruction, at);
  });
  walk.finish();
};

class Walk {
  readonly #checked: Checked;
  readonly #types: readonly ValueType[];
  readonly #stack: ValueType[] = [];
  readonly #frames: Frame[] = [{ kind: "function", height: 0, dead: false }];
  #at = "";

  constructor(checked: Checked) {
    this.#checked = checked;
    this.#types = [...checked.params, ...checked.locals];
  }

  step(instruction: Instruction, at: number): void {
    this.#at = `${this.#checked.name}: instruction ${at}, ${instruction.text}`;
    const { control, gives, takes } = instruction;
    if (control?.kind === "local") this.#local(instruction, control.index);
    if (control?.kind === "else" || control?.kind === "end") this.#close(control.kind);
    // What is never carried out may stand there all the same; only its structure counts.
    if (!this.#frame.dead) {
      this.#take(takes);
      this.#stack.push(...gives);
    }
    this.#open(control?.kind);
    this.#leave(control);
  }

  finish(): void {
    this.#at = `${this.#checked.name}: its end`;
    if (this.#frames.length !== 1) throw this.#wrong("a block is not closed");
    if (this.#frame.dead) return;
    const { results } = this.#checked;
    if (this.#stack.join() !== results.join()) {
      throw this.#wrong(`leaves (${this.#stack.join()}), not (${results.join()})`);
    }
  }

  get #frame(): Frame {
    const frame = this.#frames.at(-1);
    if (frame === undefined) throw this.#wrong("no block is open");
    return frame;
  }

  #open(kind: string | undefined): void {
    if (kind !== "block" && kind !== "loop" && kind !== "if") return;
    const { dead } = this.#frame;
    this.#frames.push({ kind, height: this.#stack.length, dead });
  }

  #leave(control: Control | undefined): void {
    if (control?.kind === "branch" && control.depth >= this.#frames.length) {
      throw this.#wrong(`there are only ${this.#frames.length} labels`);
    }
    const always = control?.kind === "branch" && !control.conditional;
    if (always || control?.kind === "return") this.#frame.dead = true;
  }

  #close(kind: "else" | "end"): void {
    const frame = this.#frame;
    if (frame.kind === "function" || (kind === "else" && frame.kind !== "if")) {
      throw this.#wrong("there is nothing to close");
    }
    if (!frame.dead && this.#stack.length !== frame.height) {
      throw this.#wrong(`the block leaves ${this.#stack.length - frame.height} values`);
    }
    this.#stack.length = frame.height;
    this.#frames.pop();
    if (kind === "else") {
      this.#frames.push({ kind: "else", height: frame.height, dead: this.#frame.dead });
    }
  }

  #local(instruction: Instruction, index: number): void {
    const type = this.#types[index];
    const used = instruction.gives[0] ?? instruction.takes[0];
    if (type !== used) throw this.#wrong(`local ${index} is ${type ?? "not there"}`);
  }

  #take(types: readonly ValueType[]): void {
    for (const wanted of types.toReversed()) {
      const found = this.#stack.length > this.#frame.height ? this.#stack.pop() : undefined;
      if (found !== wanted)
        throw this.#wrong(`takes ${wanted}, finds ${found ?? "an empty stack"}`);
    }
  }

  #wrong(what: string): AssemblyError {
    return new AssemblyError(`${this.#at}: ${what}`);
  }
}
