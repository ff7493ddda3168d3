import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Curve } from "../../src/domain/circuit.ts";
import { circuitId } from "../../src/domain/ids.ts";
import { merklePath } from "../../src/circuit/merkle-tree.ts";
import { rootHex } from "../../src/wire/proof.ts";
import { digestFile } from "../circuits/digest.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import type { VerifierOptions } from "./open.ts";
import { openVerifier } from "./open.ts";
import type { RealProof } from "./testing/real-circuits.ts";
import { benchProof, builtInProof, hasBench } from "./testing/real-circuits.ts";
import type { TinyBehaviour } from "./testing/tiny-circuit.ts";
import { tinyCircuit } from "./testing/tiny-circuit.ts";
import type { Claim, Verifier } from "./verifier.ts";

/** For what ends by itself, also on a machine that has much else to do. */
const PATIENT_MS = 60_000;

type Source = Pick<RealProof, "vkeyJson" | "paths">;

const openOn = (
  circuits: VerifierOptions["circuits"],
  more: Partial<VerifierOptions> = {},
): Verifier =>
  openVerifier({ circuits, log: silentLog, threads: 1, deadlineMs: PATIENT_MS, ...more });

/** The circuits that the file's tests have opened; one verifier per way of binding serves them all, as a coordinator's. */
const sources: { readonly vkeys: Map<string, string>; readonly paths: Map<string, string> } = {
  vkeys: new Map(),
  paths: new Map(),
};
const bySource: VerifierOptions["circuits"] = {
  vkeyJson: async ({ vkey }) => sources.vkeys.get(vkey.sha256) ?? "",
  artifactPath: (digest) => sources.paths.get(digest),
};
const shared = {
  always: openOn(bySource),
  "pins-only": openOn(bySource, { inputBinding: "pins-only" }),
} as const;
afterAll(async () => {
  for (const verifier of Object.values(shared)) await verifier.close();
});

const open = (
  real: Pick<RealProof, "circuit" | "vkeyJson" | "paths">,
  inputBinding: keyof typeof shared = "always",
): Verifier => {
  sources.vkeys.set(real.circuit.vkey.sha256, real.vkeyJson);
  for (const [digest, file] of real.paths) sources.paths.set(digest, file);
  return shared[inputBinding];
};

let hindered: Verifier | undefined;
afterEach(async () => {
  await hindered?.close();
  hindered = undefined;
});

/** A verifier of the test's own, for a wasm that means harm. */
const openAlone = (real: Source, more: Partial<VerifierOptions> = {}): Verifier => {
  hindered = openOn(
    {
      vkeyJson: async () => real.vkeyJson,
      artifactPath: (digest) => real.paths.get(digest),
    },
    more,
  );
  return hindered;
};

const claimOf = (real: RealProof, more: Partial<Claim> = {}): Claim => ({
  circuit: real.circuit,
  input: real.input,
  proof: real.proof,
  publicSignals: real.publicSignals,
  pinnedPublicSignals: [],
  merkleRoot: "",
  ...more,
});

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const another = { valid: false, code: "PUBLIC_SIGNALS_OF_ANOTHER_INPUT" };

const adders: readonly (readonly [string, Curve])[] = [
  ["addition", "bn128"],
  ["addition_bls12381", "bls12381"],
];

describe.each(adders)("a valid proof of %s on %s", (id) => {
  let real: RealProof;
  beforeAll(async () => {
    real = await builtInProof(id, { a: "1", b: "1" });
  });
  const other = json({ a: "20", b: "30" });

  it("answers its own input and no other", async () => {
    const { verify } = open(real);
    expect(await verify(claimOf(real))).toEqual({ valid: true });
    const verdict = await verify(claimOf(real, { input: other }));
    expect(verdict).toMatchObject(another);
    expect("why" in verdict ? verdict.why : "").toMatch(
      /public signal 0 \(\w+\) is 2; of the task's input it is 50/u,
    );
  });

  it("answers any input where only pins bind", async () => {
    const { verify } = open(real, "pins-only");
    expect(await verify(claimOf(real, { input: other }))).toEqual({ valid: true });
  });

  it.each(["always", "pins-only"] as const)(
    "that misses a pin is the job's fault, or the worker's (%s)",
    async (inputBinding) => {
      const { verify } = open(real, inputBinding);
      expect(await verify(claimOf(real, { pinnedPublicSignals: ["2"] }))).toEqual({ valid: true });
      const missed = await verify(claimOf(real, { pinnedPublicSignals: ["3"] }));
      expect(missed).toMatchObject({ valid: "unmeetable" });
      expect("why" in missed ? missed.why : "").toMatch(
        /public signal 0 \(\w+\) is pinned to 3, and of this input it is 2$/u,
      );
      const elsewhere = { input: other, pinnedPublicSignals: ["50"] };
      expect(await verify(claimOf(real, elsewhere))).toMatchObject(another);
    },
  );

  it("is refused for an input that has no proof or no form", async () => {
    const { verify } = open(real);
    const tooLarge = json({ a: String(2n ** 64n), b: "1" });
    expect(await verify(claimOf(real, { input: tooLarge }))).toMatchObject({
      valid: false,
      code: "INPUT_UNSATISFIABLE",
    });
    expect(await verify(claimOf(real, { input: json({ a: "1" }) }))).toMatchObject({
      valid: false,
      code: "INPUT_MALFORMED",
    });
  });

  it("is looked at alone once the input is gone", async () => {
    const { verify } = open(real);
    const gone = { input: new Uint8Array(), pinnedPublicSignals: ["3"] };
    expect(await verify(claimOf(real, gone))).toEqual({ valid: true });
  });
});

describe("a valid proof of range_proof", () => {
  const fields = { value: "42", min: "0", max: "100" };

  it("is bound in all its signals when the input has the salt", async () => {
    const real = await builtInProof("range_proof", { ...fields, salt: "7" });
    const { verify } = open(real);
    expect(await verify(claimOf(real))).toEqual({ valid: true });
    const inputs = [
      { ...fields, salt: "8" },
      { ...fields, value: "43", salt: "7" },
      { ...fields, max: "99", salt: "7" },
    ];
    for (const input of inputs) {
      expect(await verify(claimOf(real, { input: json(input) }))).toMatchObject(another);
    }
  });

  it("is free in its commitment, and bound in the range, when the node draws the salt", async () => {
    const real = await builtInProof("range_proof", fields);
    const { verify } = open(real);
    expect(await verify(claimOf(real))).toEqual({ valid: true });
    const input = json({ ...fields, max: "99" });
    expect(await verify(claimOf(real, { input }))).toMatchObject(another);
  });

  it("can meet no pin on a commitment whose salt the node draws", async () => {
    const real = await builtInProof("range_proof", fields);
    const { verify } = open(real);
    expect(await verify(claimOf(real, { pinnedPublicSignals: ["7", "", ""] }))).toMatchObject({
      valid: "unmeetable",
      why: expect.stringMatching(
        /commitment\) is pinned to 7, and it depends on a value/u,
      ) as unknown,
    });
    expect(await verify(claimOf(real, { pinnedPublicSignals: ["", "0", "100"] }))).toEqual({
      valid: true,
    });
  });
});

describe("a valid proof of merkle_proof", () => {
  it("answers its own tree and leaf and no other", async () => {
    const leaves = ["0x01", "0x02", "0x03"];
    const real = await builtInProof("merkle_proof", { leaves, leaf_index: 1 });
    const { root } = merklePath([1n, 2n, 3n], 1);
    const own = { merkleRoot: rootHex(root) };
    const { verify } = open(real);
    expect(await verify(claimOf(real, own))).toEqual({ valid: true });
    const input = json({ leaves: ["0x01", "0x02", "0x04"], leaf_index: 1 });
    expect(await verify(claimOf(real, { ...own, input }))).toMatchObject(another);
  });
});

describe("a circuit without a form of its own", () => {
  let folder: string;
  let real: RealProof;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "prove-at-home-binding-"));
    real = await builtInProof("addition", { a: "2", b: "3" });
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** The addition's key and proof with a wasm of ours, whose public signal is its input. */
  const tiny = async (behaviour: TinyBehaviour, value = "5") => {
    const wasmPath = join(folder, `${behaviour}.wasm`);
    await writeFile(wasmPath, tinyCircuit({ behaviour }));
    const digest = await digestFile(wasmPath);
    const id = circuitId("tiny") ?? real.circuit.id;
    const circuit = { ...real.circuit, id, wasm: { ...real.circuit.wasm, ...digest } };
    return {
      claim: claimOf(real, { circuit, input: json({ in: value }) }),
      source: { circuit, vkeyJson: real.vkeyJson, paths: new Map([[digest.sha256, wasmPath]]) },
    };
  };

  it("binds its proofs all the same", async () => {
    const { claim, source } = await tiny("satisfied");
    const { verify } = open(source);
    expect(await verify(claim)).toEqual({ valid: true });
    expect(await verify({ ...claim, input: json({ in: "6" }) })).toMatchObject(another);
  });

  it.each([
    ["loop", 2_000, /no answer within 2000 ms/u],
    ["trap", PATIENT_MS, /unreachable/u],
    ["bomb", PATIENT_MS, /out of bounds/u],
  ] as const)("leaves everything open when its wasm does this: %s", async (...row) => {
    const [behaviour, signalsDeadlineMs, why] = row;
    const { claim, source } = await tiny(behaviour);
    const before = process.memoryUsage.rss();
    const { verify } = openAlone(source, { signalsDeadlineMs });
    expect(await verify(claim)).toMatchObject({
      valid: "unknown",
      why: expect.stringMatching(why) as unknown,
      retryAfterMs: 60_000,
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(1.5 * 2 ** 30);
    // A wrong proof needs no witness.
    const wrong = await verify({ ...claim, publicSignals: ["6"] });
    expect(wrong).toMatchObject({ valid: false, code: "PROOF_WRONG" });
  });

  it("computes one input once, however often it is asked about", async () => {
    const { claim, source } = await tiny("loop");
    const { verify } = openAlone(source, { signalsDeadlineMs: 2_000 });
    const began = performance.now();
    const verdicts = await Promise.all(Array.from({ length: 60 }, () => verify(claim)));
    expect(verdicts.every(({ valid }) => valid === "unknown")).toBe(true);
    // Some three seconds; one after the other they would take 30 s on four threads, which are the most.
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

describe.skipIf(!hasBench("c14"))("a benchmark circuit", () => {
  it("binds its proof in the time that it takes to compute the witness", async () => {
    const real = await benchProof("c14");
    const { verify } = open(real);
    expect(await verify(claimOf(real))).toEqual({ valid: true });
  });
});
