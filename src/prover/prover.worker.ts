// Entry of a prover worker: wiring only.
import { expose } from "comlink";
import { holdLock } from "../platform/worker/hold-lock.ts";
import { createTurn } from "../platform/worker/turn.ts";
import { createProver } from "./prover.ts";

expose(
  createProver({
    // A chunk of its own: the entry stays small.
    openSnarkjs: async () => (await import("./engine/snarkjs.ts")).openSnarkjs(),
    now: () => performance.now(),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    holdLock,
    turn: createTurn(),
  }),
);
