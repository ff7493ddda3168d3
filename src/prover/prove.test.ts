import { beforeAll, describe, expect, test } from "vitest";
import type { Stage } from "../domain/task.ts";
import { stages } from "../domain/task.ts";
import type { Engine } from "./engine/engine.ts";
import type { Snarkjs } from "./engine/snarkjs.ts";
import { prove, type ProveTools } from "./prove.ts";
import type { ProveOutcome } from "./protocol.ts";
import { readBuiltInCircuit, withZkey, type TestCircuit } from "../testing/circuits.ts";
import { openProveTools } from "../testing/prover-tools.ts";

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const proofOf = (outcome: ProveOutcome) => {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.proof;
};

describe("prove, with snarkjs", () => {
  let snarkjs: Snarkjs;
  let tools: ProveTools;
  let addition: TestCircuit;
  let range: TestCircuit;

  beforeAll(async () => {
    const opened = await openProveTools();
    ({ snarkjs } = opened);
    tools = opened;
    addition = readBuiltInCircuit("addition");
    range = readBuiltInCircuit("range_proof");
  });

  const run = (
    circuit: TestCircuit,
    changes: Partial<Parameters<typeof prove>[0]> = {},
  ): Promise<ProveOutcome> =>
    prove(
      { files: circuit.files, input: circuit.input, onProgress: () => undefined, ...changes },
      tools,
    );

  test("gives a verified proof with the expected public signals, in canonical bytes", async () => {
    const outcome = await run(addition);
    const proof = proofOf(outcome);
    expect(proof.publicSignals).toEqual(addition.publicSignals);
    expect(proof.bytes).toHaveLength(256);
    expect(proof.merkleRoot).toBe("");
    expect(proof.engine).toBe("snarkjs 0.7.6");
    const claim = { ...proof, vkeyJson: addition.files.vkeyJson };
    expect(await snarkjs.verify(claim)).toBe(true);
  });

  test("randomises: the same input gives another proof each time", async () => {
    const one = proofOf(await run(addition));
    const other = proofOf(await run(addition));
    expect(one.bytes).not.toEqual(other.bytes);
  });

  test("times each stage, and the stages are the whole", async () => {
    const { timings, durationMs } = proofOf(await run(addition));
    const sum = Object.values(timings).reduce((total, each) => total + each, 0);
    expect(Math.abs(sum - durationMs)).toBeLessThanOrEqual(10);
    expect(timings.msmMs).toBeGreaterThan(timings.nttMs);
    expect(timings.checkMs).toBeGreaterThan(0);
  });

  test("tells its progress: stages in their order, a share that never falls", async () => {
    const told: { readonly stage: Stage; readonly share: number }[] = [];
    await run(addition, { onProgress: (stage, share) => told.push({ stage, share }) });
    expect(told).toHaveLength(16);
    const order = told.map(({ stage }) => stages.indexOf(stage));
    expect(order).toEqual([...order].sort((one, other) => one - other));
    const shares = told.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBeGreaterThan(0.5);
    expect(shares.at(-1)).toBeLessThan(1);
  });

  test("measures the memory that it can see", async () => {
    const outcome = await run(addition);
    // ffjavascript begins with 25 pages for each of a curve's two memories.
    expect(outcome.ok && outcome.memoryBytes).toBeGreaterThan(50 * 65_536);
  });

  test("proves on BLS12-381, with a key from a file", async () => {
    const bls = readBuiltInCircuit("addition_bls12381");
    const file = new Blob([bls.zkeyBytes]);
    const outcome = await run(bls, { files: { ...bls.files, zkey: file } });
    const proof = proofOf(outcome);
    expect(proof.curve).toBe("bls12381");
    expect(proof.bytes).toHaveLength(384);
    expect(proof.publicSignals).toEqual(bls.publicSignals);
    expect(outcome.ok && outcome.memoryBytes).toBeGreaterThan(bls.zkeyBytes.byteLength);
  });

  describe("an input that is malformed", () => {
    test.each([
      ["no JSON", new TextEncoder().encode("{")],
      ["an unknown signal", text({ a: "1", b: "2", c: "3" })],
      ["nothing", text({})],
      ["a value that is no number", text({ a: "eleven", b: "2" })],
    ])("is refused: %s", async (_, input) => {
      expect(await run(addition, { input })).toMatchObject({
        ok: false,
        cause: "malformed_input",
        message: expect.stringMatching(/^invalid input: ./) as string,
        stage: "witness",
      });
    });
  });

  test("an input that breaks a constraint fails with circom's place of it", async () => {
    const input = text({ value: "7", min: "8", max: "9" });
    expect(await run(range, { input })).toMatchObject({
      ok: false,
      cause: "unsatisfied_constraints",
      message: expect.stringMatching(
        /^proof generation failed: the input does not satisfy the circuit: .*template RangeProof/i,
      ) as string,
      stage: "witness",
    });
  });

  test("the root of a merkle proof is the one that it shows", async () => {
    const merkle = readBuiltInCircuit("merkle_proof");
    const { merkleRoot, publicSignals } = proofOf(await run(merkle));
    expect(publicSignals).toEqual(merkle.publicSignals);
    expect(merkleRoot).toMatch(/^[0-9a-f]{64}$/);
    expect(publicSignals).toContain(BigInt(`0x${merkleRoot}`).toString());
    // Two seconds on an idle machine.
  }, 60_000);

  describe("a key that is not the circuit's", () => {
    const fails = async (zkey: Uint8Array<ArrayBuffer>, message: RegExp): Promise<void> => {
      const files = withZkey(addition.files, zkey);
      const outcome = await run(addition, { files });
      expect(outcome).toMatchObject({ ok: false, cause: "artifact" });
      expect(outcome.ok ? "" : outcome.message).toMatch(message);
    };

    test("another circuit's is refused before anything is computed", () =>
      fails(
        range.zkeyBytes,
        /^proof generation failed: the zkey does not fit .*number of (wires|public signals)/,
      ));

    test("one that is cut off is refused", () =>
      fails(addition.zkeyBytes.slice(0, 50_000), /the zkey file is malformed: it is cut off/));

    test("another file is refused", () =>
      fails(addition.wasmBytes, /the zkey file is malformed: it does not begin with "zkey"/));

    test("whichever bit of it flips, no proof comes out that does not verify", async () => {
      const { vkeyJson } = addition.files;
      const size = addition.zkeyBytes.byteLength;
      let refused = 0;
      for (let at = 700; at < size; at += Math.floor(size / 20)) {
        const damaged = addition.zkeyBytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        const outcome = await run(addition, { files: withZkey(addition.files, damaged) });
        if (!outcome.ok) refused += 1;
        // A point that this witness does not use changes nothing.
        else expect(await snarkjs.verify({ ...outcome.proof, vkeyJson })).toBe(true);
      }
      expect(refused).toBeGreaterThan(3);
      expect((await run(addition)).ok).toBe(true);
      // Twenty proofs: two seconds on an idle machine.
    }, 60_000);

    test("another verification key refuses the proof", async () => {
      const { vkeyJson } = range.files;
      const key = JSON.parse(addition.files.vkeyJson) as { vk_delta_2: unknown };
      key.vk_delta_2 = (JSON.parse(vkeyJson) as { vk_delta_2: unknown }).vk_delta_2;
      const files = { ...addition.files, vkeyJson: JSON.stringify(key) };
      expect(await run(addition, { files })).toMatchObject({
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
    kernel: undefined,
    steps: () => [{ name: "only", stage: "msm", weight: 1 }],
    open: () => Promise.resolve(),
    prove: ({ onStep }) => {
      onStep("only");
      return Promise.reject(reason);
    },
    close: () => undefined,
    memoryBytes: () => 0,
  });

  test("becomes a value with its stage", async () => {
    const circuit = readBuiltInCircuit("addition");
    const job = { files: circuit.files, input: circuit.input, onProgress: () => undefined };
    const tools = await openProveTools();
    const enginesFor = () => [failing(new TypeError("boom"))] as const;
    expect(await prove(job, { ...tools, enginesFor })).toEqual({
      ok: false,
      cause: "internal",
      message: "proof generation failed: boom",
      stage: "msm",
    });
  });
});
