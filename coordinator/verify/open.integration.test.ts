import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../db/testing/silent-log.ts";
import type { Log } from "../log.ts";
import { pairingCurves } from "./curves.ts";
import type { VerifierOptions } from "./open.ts";
import { openVerifier } from "./open.ts";
import type { RealProof } from "./testing/real-circuits.ts";
import { builtInProof } from "./testing/real-circuits.ts";
import type { Claim, Verifier } from "./verifier.ts";

const PATIENT_MS = 60_000;

describe("the verifier", () => {
  let real: RealProof;
  let claim: Claim;
  /** Of most tests. */
  let verifier: Verifier;
  /** Of one test that needs another. */
  let special: Verifier | undefined;
  beforeAll(async () => {
    real = await builtInProof("addition", { a: "2", b: "3" });
    const { circuit, input, proof, publicSignals } = real;
    claim = { circuit, input, proof, publicSignals, pinnedPublicSignals: [], merkleRoot: "" };
    verifier = opened({});
  });
  afterAll(() => verifier.close());
  afterEach(async () => {
    await special?.close();
    special = undefined;
  });

  const open = (options: Partial<VerifierOptions>): Verifier => (special = opened(options));
  const opened = (options: Partial<VerifierOptions>): Verifier =>
    openVerifier({
      circuits: {
        vkeyJson: async () => real.vkeyJson,
        artifactPath: (digest) => real.paths.get(digest),
      },
      log: silentLog,
      threads: 1,
      deadlineMs: PATIENT_MS,
      ...options,
    });

  it("answers a flood: what its queue holds by verdicts, the rest by when to try again", async () => {
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => verifier.verify(claim)));
    const valid = verdicts.filter((verdict) => verdict.valid === true);
    const later = verdicts.filter((verdict) => verdict.valid === "unknown");
    expect([valid.length, later.length]).toEqual([64, 36]);
    expect(later[0]).toMatchObject({ retryAfterMs: 1_000 });
    // Nothing of it stays behind.
    expect(await verifier.verify(claim)).toEqual({ valid: true });
  });

  it("knows nothing about a proof that takes too long", async () => {
    const hasty = open({ deadlineMs: 1 });
    expect(await hasty.verify(claim)).toMatchObject({ valid: "unknown", retryAfterMs: 2_000 });
  });

  it("rejects without a thread what has no form, also in a flood", async () => {
    const flood = Array.from({ length: 64 }, () => verifier.verify(claim));
    const began = performance.now();
    const bad = await verifier.verify({ ...claim, proof: new Uint8Array(3) });
    expect(bad).toMatchObject({ valid: false, code: "PROOF_LENGTH" });
    expect(performance.now() - began).toBeLessThan(100);
    await Promise.all(flood);
  });

  it("does not decide when its two verifiers disagree, says so loudly and looks twice from then on", async () => {
    // The same alpha in coordinates with z = 2, which snarkjs reduces and noble reads as another point.
    const [x = "", y = ""] = real.key.vk_alpha_1;
    const { Fp } = pairingCurves.bn128.fields;
    const alpha = [String(Fp.mul(BigInt(x), 4n)), String(Fp.mul(BigInt(y), 8n)), "2"];
    const errors: unknown[] = [];
    const log: Log = {
      ...silentLog,
      error: (message, fields) => errors.push({ message, ...fields }),
    };
    const divided = open({
      circuits: {
        vkeyJson: async () => JSON.stringify({ ...real.key, vk_alpha_1: alpha }),
        artifactPath: () => undefined,
      },
      log,
    });
    for (let round = 0; round < 2; round += 1) {
      expect(await divided.verify(claim)).toMatchObject({
        valid: "unknown",
        quarantined: true,
        retryAfterMs: 600_000,
      });
    }
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject({ circuit: "addition", snarkjs: true, noble: false });
  });

  it("checks inputs and computes witnesses of the circuit's own wasm", async () => {
    const good = Buffer.from('{"a":"2","b":"3"}');
    expect(await verifier.checkInput(real.circuit, good)).toEqual({ ok: true });
    expect(await verifier.reproduce(real.circuit, good)).toEqual({ outcome: "satisfied" });
    expect(await verifier.checkInput(real.circuit, Buffer.from('{"a":"2"}'))).toMatchObject({
      ok: false,
      field: "b",
    });
    const thousand = Array.from({ length: 1_000 }, () => verifier.checkInput(real.circuit, good));
    expect((await Promise.all(thousand)).every(({ ok }) => ok)).toBe(true);
  });

  it("says which circuit's wasm is missing", async () => {
    const without = open({
      circuits: { vkeyJson: async () => real.vkeyJson, artifactPath: () => undefined },
    });
    await expect(without.checkInput(real.circuit, Buffer.from("{}"))).rejects.toThrow(/addition/u);
    await expect(without.reproduce(real.circuit, Buffer.from("{}"))).rejects.toThrow(/addition/u);
  });
});
