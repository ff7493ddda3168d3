import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../db/testing/silent-log.ts";
import { CoordinatorFailure } from "../failure.ts";
import { openVerifier } from "../verify/open.ts";
import {
  benchFile,
  benchProof,
  builtInCircuit,
  hasBench,
} from "../verify/testing/real-circuits.ts";
import type { RealCircuit } from "../verify/testing/real-circuits.ts";
import { tinyCircuit } from "../verify/testing/tiny-circuit.ts";
import { openThreadPool } from "../verify/thread-pool.ts";
import type { Inspector } from "./admission.ts";
import { admit, readZkeyFile } from "./admission.ts";
import { patched, placesIn } from "./testing/spoil.ts";

const openInspector = (deadlineMs: number): Inspector =>
  openThreadPool({
    name: "inspection",
    entry: new URL("./inspect.worker.ts", import.meta.url),
    threads: 1,
    queueLimit: 8,
    deadlineMs,
    log: silentLog,
  });

let folder: string;
let inspector: Inspector;
let addition: RealCircuit;
let additionBls: RealCircuit;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prove-at-home-admission-"));
  inspector = openInspector(60_000);
  addition = await builtInCircuit("addition");
  additionBls = await builtInCircuit("addition_bls12381");
});
afterAll(async () => {
  await inspector.close();
  await rm(folder, { recursive: true });
});

const wasmOf = ({ circuit, paths }: RealCircuit) => paths.get(circuit.wasm.sha256) ?? "";
const zkeyOf = ({ circuit, paths }: RealCircuit) => paths.get(circuit.zkey.sha256) ?? "";

const ruleOf = async (wasmPath: string, zkeyPath: string): Promise<string> => {
  try {
    await admit({ wasmPath, zkeyPath }, inspector);
    return "";
  } catch (reason) {
    if (reason instanceof CoordinatorFailure) return reason.reason;
    throw reason;
  }
};

const write = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};

describe("admission", () => {
  it("says of a shipped circuit what its manifest says", async () => {
    const files = { wasmPath: wasmOf(addition), zkeyPath: zkeyOf(addition) };
    const { circuit } = addition;
    const admitted = await admit(files, inspector);
    expect(admitted).toMatchObject({
      curve: circuit.curve,
      constraints: circuit.constraints,
      domainSize: circuit.domainSize,
      publics: circuit.publicSignals.length,
      wasm: { sha256: circuit.wasm.sha256, bytes: circuit.wasm.bytes },
      zkey: { sha256: circuit.zkey.sha256, bytes: circuit.zkey.bytes },
    });
    expect(JSON.parse(admitted.vkeyJson)).toEqual(JSON.parse(addition.vkeyJson));
  });

  it("refuses the wasm of another circuit and of another curve", async () => {
    const range = await builtInCircuit("range_proof");
    expect(await ruleOf(wasmOf(range), zkeyOf(addition))).toBe("WASM_WITNESS_SIZE");
    expect(await ruleOf(wasmOf(additionBls), zkeyOf(addition))).toBe("WASM_CURVE");
  });

  it("refuses files that are something else", async () => {
    expect(await ruleOf(zkeyOf(addition), zkeyOf(addition))).toBe("WASM_FOREIGN");
    expect(await ruleOf(wasmOf(addition), wasmOf(addition))).toBe("ZKEY_FOREIGN");
  });

  it("refuses a wasm that imports more than circom's callbacks", async () => {
    const wasm = await write(
      "imports.wasm",
      tinyCircuit({ behaviour: "satisfied", imported: "readFile" }),
    );
    expect(await ruleOf(wasm, zkeyOf(addition))).toBe("WASM_FOREIGN");
  });

  it("refuses a key that anybody can forge proofs for", async () => {
    const bytes = await readFile(zkeyOf(addition));
    const zkey = await readZkeyFile(zkeyOf(addition));
    const places = await placesIn(bytes, zkey);
    const gamma = bytes.subarray(places.point("gamma2"), places.point("delta1"));
    const forgeable = await write("forgeable.zkey", patched(bytes, places.point("delta2"), gamma));
    expect(await ruleOf(wasmOf(addition), forgeable)).toBe("VKEY_GAMMA_EQUALS_DELTA");
  });

  it("answers 1,000 mutated wasm files, most by a refusal, none after its deadline", async () => {
    const DEADLINE_MS = 1_000;
    const fuzzed = openInspector(DEADLINE_MS);
    const original = tinyCircuit({ behaviour: "satisfied" });
    const mutation = fc.record({
      at: fc.nat({ max: original.length - 1 }),
      patch: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    });
    const wasmPath = join(folder, "mutant.wasm");
    const answers = { taken: 0, refused: 0, lost: 0 };
    await fc.assert(
      fc.asyncProperty(mutation, async ({ at, patch }) => {
        await writeFile(wasmPath, patched(original, at, patch.subarray(0, original.length - at)));
        const job = { wasmPath, zkeyPath: zkeyOf(addition), curve: "bn128" } as const;
        const outcome = await fuzzed.run(job);
        if (outcome.kind !== "done") answers.lost += 1;
        else answers[outcome.result.ok ? "taken" : "refused"] += 1;
        // Whether it fits the zkey is looked at next; here nothing may crash or stay unanswered.
        expect(outcome.kind).not.toBe("full");
      }),
      { numRuns: 1_000 },
    );
    await fuzzed.close();
    expect(answers.refused).toBeGreaterThan(500);
    // Lost are those whose thread hung or died; each cost its deadline and no more.
    expect(answers.lost).toBeLessThan(20);
  });
});

describe.each([
  ["semaphore20", "ceremony", 6_431],
  ["c14", "development", 15_703],
  ["b14", "development", 15_703],
] as const)("the benchmark circuit %s", (name, setup, constraints) => {
  it.skipIf(!hasBench(name))(`is admitted as ${setup} and its proof verifies`, async () => {
    const wasmPath = join(folder, `${name}.wasm`);
    const zkeyPath = join(folder, `${name}.zkey`);
    await copyFile(benchFile(name, "wasm"), wasmPath);
    await copyFile(benchFile(name, "zkey"), zkeyPath);
    const began = performance.now();
    const admitted = await admit({ wasmPath, zkeyPath }, inspector);
    process.stdout.write(`${name} admitted in ${Math.round(performance.now() - began)} ms\n`);
    expect(admitted).toMatchObject({ setup, constraints });
    expect(admitted.warnings).toHaveLength(setup === "development" ? 1 : 0);

    const real = await benchProof(name);
    const verifier = openVerifier({
      circuits: {
        vkeyJson: async () => admitted.vkeyJson,
        artifactPath: (digest) => real.paths.get(digest),
      },
      log: silentLog,
      deadlineMs: 60_000,
    });
    const { input, proof, publicSignals } = real;
    const circuit = { ...real.circuit, vkey: { ...real.circuit.vkey, ...admitted.vkey } };
    const claim = { circuit, input, proof, publicSignals, pinnedPublicSignals: [], merkleRoot: "" };
    expect(await verifier.verify(claim)).toEqual({ valid: true });
    await verifier.close();
  });
});
