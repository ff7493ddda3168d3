import { expect, it } from "vitest";
import { openSnarkjs } from "./engine/snarkjs.ts";
import { proverTools } from "../testing/prover-tools.ts";
import { createProver } from "./prover.ts";

const port = { postMessage: () => undefined, onmessage: null };
const options = { kernels: [], lane: undefined };

it("tells its engine, and how long the engine's fixed piece of work took", async () => {
  const engine = await openSnarkjs();
  let at = 0;
  let worked = 0;
  const selfTest = (): void => {
    worked += 1;
    at += 123.4;
  };
  const open = () => Promise.resolve({ ...engine, selfTest });
  const prover = createProver(proverTools({ openSnarkjs: open, now: () => at }));
  expect(await prover.attach(port, options)).toEqual({ engine: "snarkjs 0.7.6", selfTestMs: 123 });
  expect(worked).toBe(1);
});

it("never says 0, which means unknown", async () => {
  const engine = await openSnarkjs();
  const open = () => Promise.resolve(engine);
  const prover = createProver(proverTools({ openSnarkjs: open, now: () => 0 }));
  expect((await prover.attach(port, options)).selfTestMs).toBe(1);
});

it("works for a time that can be told apart from nothing, and not for long", async () => {
  const engine = await openSnarkjs();
  engine.selfTest();
  const times = [0, 1, 2].map(() => {
    const startedAt = performance.now();
    engine.selfTest();
    return performance.now() - startedAt;
  });
  expect(Math.min(...times)).toBeGreaterThan(5);
  expect(Math.min(...times)).toBeLessThan(1_000);
});
