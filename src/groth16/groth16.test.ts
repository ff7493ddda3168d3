import { groth16, type Curve as SnarkjsCurve, type VerificationKey } from "snarkjs";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, test } from "vitest";
import { curves, scalarPrime, type Curve } from "../domain/circuit.ts";
import { readBuiltInCircuit, witnessOf, type TestCircuit } from "../testing/circuits.ts";
import {
  createReferenceKernel,
  openReferenceCurve,
  referenceProof,
} from "../testing/reference-kernel.ts";
import { decodeProof } from "../wire/proof.ts";
import type { CoreProof } from "./proof.ts";
import { drawBlinding, type Blinding } from "./blinding.ts";
import { proveWithCore, type CoreTools } from "./groth16.ts";
import { CoreMemory } from "./memory.ts";
import { prepareKey, type PreparedKey } from "./prepared-key.ts";
import { readWtns, type Wtns } from "./wtns.ts";
import { readZkey, type Zkey } from "./zkey.ts";

const fillRandom = (bytes: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(bytes);

const noble = {
  bn128: { G1: bn254.G1.Point, G2: bn254.G2.Point },
  bls12381: { G1: bls12_381.G1.Point, G2: bls12_381.G2.Point },
} as const;

/** (A / r1, r1 * B + r1 * r2 * delta, C + r2 * A), by another library. */
const rescaled = (
  curve: Curve,
  raw: Uint8Array,
  {
    delta2,
    r1,
    r2,
  }: { readonly delta2: readonly bigint[]; readonly r1: bigint; readonly r2: bigint },
): readonly string[] => {
  const { G1, G2 } = noble[curve];
  const r = scalarPrime[curve];
  const [ax, ay, bx0, bx1, by0, by1, cx, cy] = coordinatesOf(curve, raw).map(BigInt) as Eight;
  const [dx0, dx1, dy0, dy1] = delta2 as Four;
  const a = G1.fromAffine({ x: ax, y: ay });
  const b = G2.fromAffine({ x: { c0: bx0, c1: bx1 }, y: { c0: by0, c1: by1 } });
  const delta = G2.fromAffine({ x: { c0: dx0, c1: dx1 }, y: { c0: dy0, c1: dy1 } });
  const newA = a.multiply(G1.Fn.inv(r1)).toAffine();
  const newB = b
    .multiply(r1)
    .add(delta.multiply((r1 * r2) % r))
    .toAffine();
  const newC = G1.fromAffine({ x: cx, y: cy }).add(a.multiply(r2)).toAffine();
  const { x, y } = newB;
  return [newA.x, newA.y, x.c0, x.c1, y.c0, y.c1, newC.x, newC.y].map(String);
};

type Four = [bigint, bigint, bigint, bigint];
type Eight = [...Four, ...Four];

const coordinatesOf = (curve: Curve, proof: Uint8Array): readonly string[] => {
  const { pi_a, pi_b, pi_c } = decodeProof(curve, proof);
  return [...pi_a.slice(0, 2), ...pi_b.slice(0, 2).flat(), ...pi_c.slice(0, 2)];
};

const nameOf = { bn128: "addition", bls12381: "addition_bls12381" } as const;

describe.each(curves)("a proof on %s", (curve) => {
  let circuit: TestCircuit;
  let reference: SnarkjsCurve;
  let zkey: Zkey;
  let key: PreparedKey;
  let wtns: Wtns;
  let tools: CoreTools;
  /** The proof that nobody may see: the same for every run. */
  let raw: Uint8Array;

  beforeAll(async () => {
    circuit = readBuiltInCircuit(nameOf[curve]);
    reference = await openReferenceCurve(curve);
    const memory = new CoreMemory(new WebAssembly.Memory({ initial: 1 }), 64);
    tools = { memory, kernel: createReferenceKernel(reference, memory) };
    zkey = readZkey(circuit.zkeyBytes);
    key = prepareKey(zkey, tools, { withB1: true });
    wtns = readWtns(witnessOf(circuit), zkey);
    raw = await referenceProof(reference, { zkey, wtns }, { r: 0n, s: 0n });
  });

  const prove = (blinding: Blinding): Promise<CoreProof> =>
    proveWithCore({ key, wtns, blinding, onStep: () => undefined }, tools);

  const verify = ({ bytes, publicSignals }: CoreProof): Promise<boolean> => {
    const vkey = JSON.parse(circuit.files.vkeyJson) as VerificationKey;
    return groth16.verify(vkey, publicSignals, decodeProof(curve, bytes));
  };

  test.each([
    ["r and s", 0x1234_5678_9abc_def0_1234_5678n, 0xfeed_beef_0000_0000_1111n],
    ["their largest", scalarPrime[curve] - 1n, scalarPrime[curve] - 2n],
  ])("with known randomness is snarkjs's, bit for bit: %s", async (_, r, s) => {
    const proof = await prove({ kind: "honest", r, s });
    expect(proof.bytes).toEqual(await referenceProof(reference, { zkey, wtns }, { r, s }));
    expect(proof.publicSignals).toEqual(circuit.publicSignals);
  });

  test("without randomness is snarkjs's too, and the reference verifies", async () => {
    const proof = await prove({ kind: "honest", r: 0n, s: 0n });
    expect(proof.bytes).toEqual(raw);
    expect(await verify(proof)).toBe(true);
  });

  test.each([
    ["some", 0x1234_5678_9abc_def0_1234_5678n, 0xfeed_beef_0000_0000_1111n],
    ["the smallest r1", 1n, 5n],
    ["the largest", scalarPrime[curve] - 1n, scalarPrime[curve] - 1n],
  ])("that is scaled is the raw one, scaled: %s", async (_, r1, r2) => {
    const proof = await prove({ kind: "scaled", r1, r2 });
    const delta2 = reference.G2.toObject(zkey.header.delta2.slice()).flat();
    expect(coordinatesOf(curve, proof.bytes)).toEqual(rescaled(curve, raw, { delta2, r1, r2 }));
    expect(await verify(proof)).toBe(true);
  });

  test("differs from every other of its witness, in all its points, and verifies", async () => {
    const draw = () => prove(drawBlinding(curve, fillRandom));
    const proofs = [await draw(), await draw()];
    const [one = [], other = []] = proofs.map(({ bytes }) => coordinatesOf(curve, bytes));
    one.forEach((coordinate, index) => expect(coordinate).not.toBe(other[index]));
    for (const proof of proofs) expect(await verify(proof)).toBe(true);
  });

  test.each<[string, Blinding]>([
    ["r1 is 0: the raw proof would be infinity", { kind: "scaled", r1: 0n, r2: 1n }],
    ["r1 is too large", { kind: "scaled", r1: scalarPrime[curve], r2: 1n }],
    ["r2 is negative", { kind: "scaled", r1: 1n, r2: -1n }],
    ["s is too large", { kind: "honest", r: 1n, s: scalarPrime[curve] }],
  ])("is not made when %s", async (_, blinding) => {
    await expect(prove(blinding)).rejects.toThrow("a blinding scalar is out of range");
  });

  test("leaves memory as it was", async () => {
    const before = tools.memory.mark();
    await prove({ kind: "scaled", r1: 3n, r2: 4n });
    expect(tools.memory.mark()).toBe(before);
  });

  test("with r and s needs B1", async () => {
    const { a, b2, c, h } = key.bases;
    const job = { key: { ...key, bases: { a, b2, c, h } }, wtns, onStep: () => undefined };
    const proof = proveWithCore({ ...job, blinding: { kind: "honest", r: 1n, s: 1n } }, tools);
    await expect(proof).rejects.toThrow("prepared without B1");
    const scaled = await proveWithCore(
      { ...job, blinding: drawBlinding(curve, fillRandom) },
      tools,
    );
    expect(await verify(scaled)).toBe(true);
  });

  test("with a sum that is infinity is none", async () => {
    const g1 = { ...tools.kernel.g1, sum: () => "infinity" as const };
    const broken = { ...tools, kernel: { ...tools.kernel, g1 } };
    const blinding: Blinding = { kind: "scaled", r1: 3n, r2: 4n };
    const proof = proveWithCore({ key, wtns, blinding, onStep: () => undefined }, broken);
    await expect(proof).rejects.toMatchObject({
      code: "artifact",
      message: "the zkey gives no valid proof: A is infinity",
    });
  });
});
