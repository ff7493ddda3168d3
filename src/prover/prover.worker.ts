// Entry of a prover worker: wiring only.
import { expose } from "comlink";
import { createProver } from "./prover.ts";

expose(
  createProver({
    // A chunk of its own: the entry stays small, and another engine needs no snarkjs.
    openEngine: async () => (await import("./engine/snarkjs.ts")).openSnarkjs(),
    now: () => performance.now(),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  }),
);
