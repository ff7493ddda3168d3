/**
 * Groth16 by a kernel: from a prepared key and a witness to a proof. What follows which step is in docs/proving.md, with
 * the argument that a scaled proof hides its witness as well as an honest one.
 * Source: Groth, "On the Size of Pairing-based Non-interactive Arguments", 2016; snarkjs src/groth16_prove.js.
 */
import { scalarPrime, type Curve } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { Team } from "../domain/team.ts";
import { encodeProof } from "../wire/proof.ts";
import type { CoreProof } from "./proof.ts";
import { curveGroups, type AffinePoint, type G1Point, type G2Point } from "./bigint-curve.ts";
import type { Fq2 } from "./bigint-field.ts";
import { writeLittleEndian } from "./binfile.ts";
import type { Blinding, ScaledBlinding } from "./blinding.ts";
import type { Kernel, OnProgress } from "./kernel.ts";
import type { CoreMemory } from "./memory.ts";
import { sumTogether, type LeadJob, type LeadTools } from "./parallel/leader.ts";
import { blindingSlots } from "./plan-key.ts";
import type { PreparedKey } from "./prepared-key.ts";
import { placeProof } from "./scratch.ts";
import type { CoreStep, OnCoreProgress } from "./steps.ts";
import { wireOf, type Wtns } from "./wtns.ts";
import { SCALAR_BYTES } from "./zkey.ts";

export type CoreJob = {
  readonly key: PreparedKey;
  /** Of the key's curve and size: see readWtns. */
  readonly wtns: Wtns;
  readonly blinding: Blinding;
  /** Called when a step begins, from between computations. */
  readonly onStep: (name: CoreStep) => void;
  /** If other provers may help; their keys lie where this one's does. */
  readonly together?: Together;
  readonly onProgress?: OnCoreProgress;
};

export type Together = Omit<LeadTools, "key"> & {
  readonly team: Team;
  readonly limits?: Pick<LeadJob, "patience" | "leastBases">;
};

export type CoreTools = {
  readonly memory: CoreMemory;
  readonly kernel: Kernel;
};

/**
 * Makes a proof. It is not verified: whoever calls this does that.
 *
 * @throws NodeFailure "artifact" when the key gives no valid proof, "out_of_memory".
 */
export const proveWithCore = async (job: CoreJob, tools: CoreTools): Promise<CoreProof> => {
  const { key, wtns, blinding } = job;
  requireInRange(key.curve, blinding);
  const { memory } = tools;
  const mark = memory.mark();
  try {
    const sums = await computeSums(job, tools);
    const proof = blinding.kind === "scaled" ? scale(sums, blinding) : finish(sums, blinding);
    return {
      bytes: encode(key.curve, proof),
      publicSignals: Array.from({ length: key.publicSignals }, (_, index) =>
        wireOf(wtns, index + 1).toString(),
      ),
    };
  } finally {
    memory.release(mark);
  }
};

type Proof = { readonly a: G1Point; readonly b: G2Point; readonly c: G1Point };

/**
 * a = alpha + A.w + da * delta, b = beta + B.w + db * delta (in G2, and as b1 in G1 if it is needed) and
 * c = C.w + H.h + dc * delta, where da, db and dc are the blinding's scalars.
 */
type RawSums = Proof & { readonly curve: Curve; readonly b1: G1Point };

const computeSums = async (job: CoreJob, { memory, kernel }: CoreTools): Promise<RawSums> => {
  const { key, onStep } = job;
  const onProgress: OnProgress = (share) => job.onProgress?.(share, "step");
  const { curve, bases } = key;
  const { scalars, h } = placeProof(key, kernel.shape, memory);
  writeScalars(job, memory, scalars);

  onStep("NTT");
  if (job.together !== undefined) return sumsOfTeam(job, job.together, { scalars, h });
  await key.quotient.compute({ witness: scalars, into: h }, onProgress);
  onStep("MSM A");
  const a = await kernel.g1.sum(bases.a, scalars, onProgress);
  onStep("MSM B");
  const b1 = await computeB1(job, kernel, scalars);
  const b = await kernel.g2.sum(bases.b2, scalars, onProgress);
  onStep("MSM C");
  const fromWires = await kernel.g1.sum(bases.c, scalars, onProgress);
  onStep("MSM H");
  const fromQuotient = await kernel.g1.sum(bases.h, h, onProgress);
  return { curve, a, b, b1, c: curveGroups[curve].g1.add(fromWires, fromQuotient) };
};

/** The same with the help of other provers; "NTT" has begun. */
const sumsOfTeam = async (
  { key, blinding, onStep, onProgress: tell }: CoreJob,
  { team, limits, ...tools }: Together,
  { scalars, h }: { readonly scalars: number; readonly h: number },
): Promise<RawSums> => {
  if (blinding.kind === "honest") {
    throw new NodeFailure(
      "internal",
      "B1 is no sum that a team makes; an honest blinding needs it",
    );
  }
  const onProgress: OnProgress = (share) => tell?.(share, "all");
  const job = { team, witness: scalars, quotient: h, onStep, onProgress, ...limits };
  return { curve: key.curve, b1: "infinity", ...(await sumTogether(job, { ...tools, key })) };
};

const computeB1 = async ({ key, blinding }: CoreJob, kernel: Kernel, scalars: number) => {
  if (blinding.kind === "scaled") return "infinity";
  if (key.bases.b1 !== undefined) return kernel.g1.sum(key.bases.b1, scalars);
  throw new NodeFailure(
    "internal",
    "the key was prepared without B1, which an honest blinding needs",
  );
};

/** Wires, and behind them what delta is multiplied by in A, in B and in C. */
const writeScalars = (
  { key, wtns, blinding }: CoreJob,
  memory: CoreMemory,
  address: number,
): void => {
  const words = memory.u8();
  words.set(wtns.words, address);
  const deltas = deltaScalars(key.curve, blinding);
  blindingSlots.forEach((slot, index) => {
    const at = address + (key.wires + index) * SCALAR_BYTES;
    writeLittleEndian(words.subarray(at, at + SCALAR_BYTES), deltas[slot]);
  });
};

const deltaScalars = (
  curve: Curve,
  blinding: Blinding,
): Readonly<Record<(typeof blindingSlots)[number], bigint>> => {
  if (blinding.kind === "scaled") return { a: 0n, b: blinding.r2, c: 0n };
  const { r, s } = blinding;
  const { r: scalars } = curveGroups[curve];
  return { a: r, b: s, c: scalars.subtract(0n, scalars.multiply(r, s)) };
};

/** snarkjs's last step: C + s*A + r*B1 - r*s*delta. */
const finish = (
  { curve, a, b, b1, c }: RawSums,
  { r, s }: { readonly r: bigint; readonly s: bigint },
): Proof => {
  const { g1 } = curveGroups[curve];
  return { a, b, c: g1.add(c, g1.add(g1.multiply(a, s), g1.multiply(b1, r))) };
};

/**
 * (A / r1, r1 * (B + r2 * delta), C + r2 * A) from the proof (A, B, C) that r = s = 0 would give. `b` has its delta from
 * the sum already. The proof that is scaled must not leave this file: it is the same for every run.
 */
const scale = ({ curve, a, b, c }: RawSums, { r1, r2 }: ScaledBlinding): Proof => {
  const { g1, g2, r: scalars } = curveGroups[curve];
  return {
    a: g1.multiply(a, scalars.invert(r1)),
    b: g2.multiply(b, r1),
    c: g1.add(c, g1.multiply(a, r2)),
  };
};

const requireInRange = (curve: Curve, blinding: Blinding): void => {
  const below = (value: bigint): boolean => value >= 0n && value < scalarPrime[curve];
  const fits =
    blinding.kind === "scaled"
      ? below(blinding.r1) && blinding.r1 !== 0n && below(blinding.r2)
      : below(blinding.r) && below(blinding.s);
  // Its values stay out of the message: they would uncover the witness.
  if (!fits) throw new NodeFailure("internal", "a blinding scalar is out of range");
};

const encode = (curve: Curve, { a, b, c }: Proof): Uint8Array => {
  const texts = <Coordinate extends bigint | Fq2>(
    name: string,
    point: AffinePoint<Coordinate> | "infinity",
  ): AffinePoint<Coordinate> => {
    if (point !== "infinity") return point;
    throw new NodeFailure("artifact", `the zkey gives no valid proof: ${name} is infinity`);
  };
  const [pa, pb, pc] = [texts("A", a), texts("B", b), texts("C", c)];
  return encodeProof(curve, {
    protocol: "groth16",
    curve,
    pi_a: [`${pa.x}`, `${pa.y}`, "1"],
    pi_b: [pb.x.map(String), pb.y.map(String), ["1", "0"]],
    pi_c: [`${pc.x}`, `${pc.y}`, "1"],
  });
};
