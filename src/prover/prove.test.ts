import { beforeAll, describe, expect, test } from "vitest";
import { createWitnessCalculator } from "../circuit/witness.ts";
import type { Stage } from "../domain/task.ts";
import { stages } from "../domain/task.ts";
import type { Engine } from "./engine/engine.ts";
import { openSnarkjs } from "./engine/snarkjs.ts";
import { prove, type ProveTools } from "./prove.ts";
import type { ProveOutcome } from "./protocol.ts";
import {
  hasExtraCircuits,
  readExtraCircuit,
  withZkey,
  type ExtraCircuit,
} from "../testing/extra-circuits.ts";
import { createZkeyReader } from "./zkey.ts";

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const toolsWith = (engine: Engine): ProveTools => ({
  engine,
  readZkey: createZkeyReader(),
  calculatorOf: ({ wasm }) => createWitnessCalculator(wasm),
  lastDurations: new Map(),
  now: () => performance.now(),
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
});

const proofOf = (outcome: ProveOutcome) => {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.proof;
};

describe.runIf(hasExtraCircuits)("prove, with snarkjs", () => {
  let engine: Engine;
  let tools: ProveTools;
  let semaphore: ExtraCircuit;
  let mixed: ExtraCircuit;

  beforeAll(async () => {
    engine = await openSnarkjs();
    tools = toolsWith(engine);
    semaphore = readExtraCircuit("semaphore20");
    mixed = readExtraCircuit("c14");
  });

  const run = (
    circuit: ExtraCircuit,
    changes: Partial<Parameters<typeof prove>[0]> = {},
  ): Promise<ProveOutcome> =>
    prove(
      { files: circuit.files, input: circuit.input, onProgress: () => undefined, ...changes },
      tools,
    );

  test("gives a verified proof with the expected public signals, in canonical bytes", async () => {
    const outcome = await run(semaphore);
    const proof = proofOf(outcome);
    expect(proof.publicSignals).toEqual(semaphore.publicSignals);
    expect(proof.bytes).toHaveLength(256);
    expect(proof.merkleRoot).toBe("");
    expect(proof.engine).toBe("snarkjs 0.7.6");
    const claim = { ...proof, vkeyJson: semaphore.files.vkeyJson };
    expect(await engine.verify(claim)).toBe(true);
  });

  test("randomises: the same input gives another proof each time", async () => {
    const one = proofOf(await run(semaphore));
    const other = proofOf(await run(semaphore));
    expect(one.bytes).not.toEqual(other.bytes);
  });

  test("times each stage, and the stages are the whole", async () => {
    const { timings, durationMs } = proofOf(await run(semaphore));
    const sum = Object.values(timings).reduce((total, each) => total + each, 0);
    expect(Math.abs(sum - durationMs)).toBeLessThanOrEqual(10);
    expect(timings.msmMs).toBeGreaterThan(timings.nttMs);
    expect(timings.witnessMs).toBeGreaterThan(0);
    expect(timings.checkMs).toBeGreaterThan(0);
  });

  test("tells its progress: stages in their order, a share that never falls", async () => {
    const told: { readonly stage: Stage; readonly share: number }[] = [];
    await run(semaphore, { onProgress: (stage, share) => told.push({ stage, share }) });
    expect(told).toHaveLength(16);
    const order = told.map(({ stage }) => stages.indexOf(stage));
    expect(order).toEqual([...order].sort((one, other) => one - other));
    const shares = told.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBeGreaterThan(0.95);
    expect(shares.at(-1)).toBeLessThan(1);
  });

  test("measures the memory that it can see", async () => {
    const outcome = await run(semaphore);
    // The engine alone needs 2^13 points of G2 (128 bytes) in its memory.
    expect(outcome.ok && outcome.memoryBytes).toBeGreaterThan(2 ** 20);
  });

  test("proves on BLS12-381, with a key from a file", async () => {
    const bls = readExtraCircuit("b14");
    const file = new Blob([bls.zkeyBytes]);
    const outcome = await run(bls, { files: { ...bls.files, zkey: { kind: "file", file } } });
    const proof = proofOf(outcome);
    expect(proof.curve).toBe("bls12381");
    expect(proof.bytes).toHaveLength(384);
    expect(proof.publicSignals).toEqual(bls.publicSignals);
    expect(outcome.ok && outcome.memoryBytes).toBeGreaterThan(bls.zkeyBytes.byteLength);
  }, 30_000);

  describe("an input that is malformed", () => {
    test.each([
      ["no JSON", new TextEncoder().encode("{")],
      ["an unknown signal", text({ secret: "1", nonsense: "2" })],
      ["nothing", text({})],
      ["a value that is no number", text({ secret: "eleven" })],
    ])("is refused: %s", async (_, input) => {
      expect(await run(semaphore, { input })).toMatchObject({
        ok: false,
        cause: "malformed_input",
        message: expect.stringMatching(/^invalid input: ./) as string,
        stage: "witness",
      });
    });
  });

  test("an input that breaks a constraint fails with circom's place of it", async () => {
    const input = JSON.parse(new TextDecoder().decode(mixed.input)) as { readonly idx: string[][] };
    input.idx[0]?.splice(0, 1, "2");
    expect(await run(mixed, { input: text(input) })).toMatchObject({
      ok: false,
      cause: "unsatisfied_constraints",
      message: expect.stringMatching(
        /^proof generation failed: the input does not satisfy the circuit: .*MerklePath/,
      ) as string,
      stage: "witness",
    });
  });

  describe("a key that is not the circuit's", () => {
    const fails = async (zkey: Uint8Array, message: RegExp): Promise<void> => {
      const files = withZkey(semaphore.files, zkey);
      const outcome = await run(semaphore, { files });
      expect(outcome).toMatchObject({ ok: false, cause: "artifact" });
      expect(outcome.ok ? "" : outcome.message).toMatch(message);
    };

    test("another circuit's is refused before anything is computed", () =>
      fails(mixed.zkeyBytes, /^proof generation failed: the zkey does not fit .*number of wires/));

    test("one that is cut off is refused", () =>
      fails(semaphore.zkeyBytes.slice(0, 1_000_000), /the zkey does not fit .*cut off/));

    test("another file is refused", () =>
      fails(semaphore.wasmBytes, /the zkey does not fit .*does not begin with "zkey"/));

    test("one with a flipped bit in a point never gives a proof, and the next proof is good", async () => {
      const damaged = semaphore.zkeyBytes.slice();
      const at = damaged.byteLength - 200_000;
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await fails(damaged, /^proof generation failed: /);
      expect((await run(semaphore)).ok).toBe(true);
    });

    test("another verification key refuses the proof", async () => {
      const { vkeyJson } = mixed.files;
      const key = JSON.parse(semaphore.files.vkeyJson) as { vk_delta_2: unknown };
      key.vk_delta_2 = (JSON.parse(vkeyJson) as { vk_delta_2: unknown }).vk_delta_2;
      const files = { ...semaphore.files, vkeyJson: JSON.stringify(key) };
      expect(await run(semaphore, { files })).toMatchObject({
        ok: false,
        cause: "artifact",
        stage: "check",
      });
    });
  });
});

describe("what an engine throws", () => {
  const failing = (reason: Error): Engine => ({
    name: "failing",
    curves: ["bn128"],
    steps: () => [{ name: "only", stage: "msm", weight: 1 }],
    prove: ({ onStep }) => {
      onStep("only");
      return Promise.reject(reason);
    },
    verify: () => Promise.resolve(true),
    memoryBytes: () => 0,
  });

  test.runIf(hasExtraCircuits)("becomes a value with its stage", async () => {
    const circuit = readExtraCircuit("semaphore20");
    const job = { files: circuit.files, input: circuit.input, onProgress: () => undefined };
    expect(await prove(job, toolsWith(failing(new TypeError("boom"))))).toEqual({
      ok: false,
      cause: "internal",
      message: "proof generation failed: boom",
      stage: "msm",
    });
  });
});
