import { ed25519 } from "@noble/curves/ed25519.js";
import { beforeAll, describe, expect, test } from "vitest";
import { attemptId, taskId, workerId } from "../domain/ids.ts";
import { readBuiltInCircuit } from "../testing/circuits.ts";
import { encodePublicSignals } from "../wire/proof.ts";
import { proofDigest, signReceipt } from "../wire/receipt.ts";
import { openProveTools } from "../testing/prover-tools.ts";
import type { Snarkjs } from "./engine/snarkjs.ts";
import { prove } from "./prove.ts";
import type { VerifyRequest } from "./protocol.ts";
import { verify } from "./verify.ts";

const secretKey = new Uint8Array(32).fill(5);
const publicKey = ed25519.getPublicKey(secretKey);

const required = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("malformed");
  return value;
};

describe("verify", () => {
  let engine: Snarkjs;
  let good: VerifyRequest;

  beforeAll(async () => {
    const tools = await openProveTools();
    engine = tools.snarkjs;
    const { files, input } = readBuiltInCircuit("addition");
    const outcome = await prove({ files, input, onProgress: () => undefined }, tools);
    if (!outcome.ok) throw new Error(outcome.message);
    const { bytes, publicSignals } = outcome.proof;
    const body = {
      taskId: required(taskId("t_1")),
      attemptId: required(attemptId("a_1")),
      workerId: required(workerId("w_1")),
      circuitId: files.circuit.id,
      vkeyDigest: files.circuit.vkey.sha256,
      proofDigest: proofDigest(bytes, encodePublicSignals("bn128", publicSignals)),
      acceptedAtMs: 1_767_225_600_000,
      credited: false,
    };
    good = {
      receipt: signReceipt(body, secretKey),
      knownKeys: [publicKey],
      proofBytes: bytes,
      publicSignals,
      vkeyJson: files.vkeyJson,
    };
  });

  const flip = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

  test("finds a good receipt and its proof good", async () => {
    const all = { signature: true, digest: true, proof: true, problem: "" };
    expect(await verify(good, engine)).toEqual(all);
  });

  test("finds a signature of an unknown key", async () => {
    const outcome = await verify({ ...good, knownKeys: [] }, engine);
    expect(outcome).toMatchObject({ signature: false, digest: true, proof: true });
    expect(outcome.problem).toMatch(/not a known key/);
  });

  test("finds a changed receipt", async () => {
    const receipt = {
      ...good.receipt,
      body: flip(good.receipt.body, good.receipt.body.length - 1),
    };
    const outcome = await verify({ ...good, receipt }, engine);
    expect(outcome.signature).toBe(false);
    expect(outcome.problem).not.toBe("");
  });

  test("finds a receipt that is none", async () => {
    const receipt = { ...good.receipt, body: new Uint8Array([255, 255]) };
    expect(await verify({ ...good, receipt }, engine)).toMatchObject({
      signature: false,
      digest: false,
      proof: false,
      problem: expect.stringContaining("ReceiptBody") as string,
    });
  });

  test("finds another proof", async () => {
    const outcome = await verify({ ...good, proofBytes: flip(good.proofBytes, 255) }, engine);
    expect(outcome).toMatchObject({ signature: true, digest: false, proof: false });
  });

  test("finds other public signals", async () => {
    const outcome = await verify({ ...good, publicSignals: ["6"] }, engine);
    expect(outcome).toMatchObject({ signature: true, digest: false, proof: false });
  });

  test.each([
    ["left out", []],
    ["too many", ["5", "0"]],
    ["beyond the field", [(2n ** 256n).toString()]],
    ["no number", ["five"]],
  ])("takes no public signals that are %s", async (_, publicSignals) => {
    const outcome = await verify({ ...good, publicSignals }, engine);
    expect(outcome).toMatchObject({ digest: false, proof: false });
    expect(outcome.problem).not.toBe("");
  });

  test("finds another verification key, also one that the proof would pass", async () => {
    const outcome = await verify({ ...good, vkeyJson: `${good.vkeyJson} ` }, engine);
    expect(outcome).toMatchObject({ signature: true, digest: true, proof: false });
    expect(outcome.problem).toMatch(/names verification key/);
  });

  test("an engine takes no malformed key or proof for good, and throws for none", async () => {
    const claim = { bytes: good.proofBytes, publicSignals: good.publicSignals, vkeyJson: "" };
    for (const vkeyJson of ["", "{}", "null", '{"curve":"bn128","nPublic":1}']) {
      expect(await engine.verify({ ...claim, vkeyJson })).toBe(false);
    }
    const { vkeyJson } = good;
    expect(await engine.verify({ ...claim, vkeyJson, bytes: new Uint8Array(256) })).toBe(false);
    expect(await engine.verify({ ...claim, vkeyJson })).toBe(true);
  });
});
