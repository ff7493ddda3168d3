import { createHash } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { attemptId, circuitId, sha256, taskId, workerId } from "../domain/ids.ts";
import {
  decodeReceiptBody,
  encodeReceiptBody,
  proofDigest,
  signReceipt,
  verifyReceipt,
} from "./receipt.ts";
import type { ReceiptBody } from "./receipt.ts";

const known = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("a fixture is malformed");
  return value;
};

const body: ReceiptBody = {
  taskId: known(taskId("t_1")),
  attemptId: known(attemptId("0123456789abcdef0123456789abcdef")),
  workerId: known(workerId("node-1")),
  circuitId: known(circuitId("merkle_proof")),
  vkeyDigest: known(sha256("ab".repeat(32))),
  proofDigest: known(sha256("cd".repeat(32))),
  acceptedAtMs: 1_795_000_000_000,
  credited: true,
};

const secretKey = new Uint8Array(32).fill(7);
const publicKey = ed25519.getPublicKey(secretKey);
const strangerKey = ed25519.getPublicKey(new Uint8Array(32).fill(8));

describe("a receipt", () => {
  it("comes back as it went", () => {
    expect(decodeReceiptBody(encodeReceiptBody(body))).toEqual(body);
  });

  it("holds for the key that signed it", () => {
    expect(verifyReceipt(signReceipt(body, secretKey), [strangerKey, publicKey])).toEqual({
      valid: true,
    });
  });

  it.each([
    [
      "a changed body",
      { body: encodeReceiptBody({ ...body, credited: false }) },
      /does not belong/,
    ],
    ["a changed signature", { signature: new Uint8Array(64).fill(1) }, /does not belong/],
    ["a short signature", { signature: new Uint8Array(63) }, /does not belong/],
    ["another known key", { publicKey: strangerKey }, /does not belong/],
    [
      "a key that nobody knows",
      { publicKey: ed25519.getPublicKey(new Uint8Array(32).fill(9)) },
      /not a known key/,
    ],
    ["no key", { publicKey: new Uint8Array(0) }, /not a known key/],
  ])("does not hold with %s", (_, change, problem) => {
    const verdict = verifyReceipt({ ...signReceipt(body, secretKey), ...change }, [
      publicKey,
      strangerKey,
    ]);
    expect(verdict).toMatchObject({
      valid: false,
      problem: expect.stringMatching(problem) as string,
    });
  });

  it("is not read from other bytes", () => {
    expect(() => decodeReceiptBody(new Uint8Array([0xff]))).toThrow("serialized ReceiptBody");
    expect(() => decodeReceiptBody(new Uint8Array(0))).toThrow("receipt, task_id");
  });

  it("names the proof by SHA-256 over proof data and public signals", () => {
    const [proof, signals] = [new Uint8Array(256).fill(1), new Uint8Array(64).fill(2)];
    const digest = createHash("sha256").update(proof).update(signals).digest("hex");
    expect(proofDigest(proof, signals)).toBe(digest);
  });
});
