import { groth16 } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Circuit, Curve } from "../../src/domain/circuit.ts";
import { basePrime, scalarPrime } from "../../src/domain/circuit.ts";
import { circuitId } from "../../src/domain/ids.ts";
import { decodeProof, rootHex } from "../../src/wire/proof.ts";
import { silentLog } from "../db/testing/silent-log.ts";
import { openVerifier } from "./open.ts";
import { prepareKey, verifyByNoble } from "./second-opinion.ts";
import type { ProofPoints } from "./testing/forge.ts";
import {
  bytesOf,
  leaveG1,
  leaveG2,
  negateG1,
  negateG2,
  pointsOf,
  reRandomise,
  scaleG1,
} from "./testing/forge.ts";
import type { RealProof } from "./testing/real-circuits.ts";
import { builtInProof, proofOn } from "./testing/real-circuits.ts";
import type { Claim, Verifier } from "./verifier.ts";

type Change = (real: RealProof, points: ProofPoints) => Partial<Claim>;
type Row = { readonly name: string; readonly change: Change; readonly code: string };

const inProof =
  (change: (points: ProofPoints, curve: Curve) => ProofPoints): Change =>
  ({ circuit }, points) => ({ proof: bytesOf(circuit.curve, change(points, circuit.curve)) });
const inSignals =
  (change: (signals: readonly string[], curve: Curve) => readonly string[]): Change =>
  ({ circuit, publicSignals }) => ({ publicSignals: change(publicSignals, circuit.curve) });
const firstSignal = (text: string): Change => inSignals((signals) => [text, ...signals.slice(1)]);

/** The real circuit under the id and signal names that make its first signal a Merkle root. */
const asMerkle = (circuit: Circuit): Circuit => {
  const id = circuitId("merkle_proof") ?? circuit.id;
  return { ...circuit, id, publicSignals: ["root", ...circuit.publicSignals.slice(1)] };
};

const openFor = ({ vkeyJson, paths }: RealProof): Verifier =>
  openVerifier({
    circuits: { vkeyJson: async () => vkeyJson, artifactPath: (digest) => paths.get(digest) },
    log: silentLog,
    // A busy machine must not turn a verdict into "unknown".
    deadlineMs: 60_000,
  });

/** As of a task that is final: its proof is looked at alone. */
const noInput = new Uint8Array();
const origin = { x: 0n, y: 0n };
const origin2 = { x: { c0: 0n, c1: 0n }, y: { c0: 0n, c1: 0n } };

const rejected: readonly Row[] = [
  { name: "nothing", change: () => ({ proof: new Uint8Array() }), code: "PROOF_LENGTH" },
  {
    name: "one byte short",
    change: ({ proof }) => ({ proof: proof.subarray(1) }),
    code: "PROOF_LENGTH",
  },
  {
    name: "one byte long",
    change: ({ proof }) => ({ proof: Uint8Array.from([...proof, 0]) }),
    code: "PROOF_LENGTH",
  },
  { name: "a megabyte", change: () => ({ proof: new Uint8Array(1 << 20) }), code: "PROOF_LENGTH" },
  {
    name: "garbage",
    change: ({ proof }) => ({ proof: proof.map(() => 0xff) }),
    code: "PROOF_NOT_CANONICAL",
  },
  {
    name: "x + p",
    change: inProof((p, curve) => ({ ...p, a: { ...p.a, x: p.a.x + basePrime[curve] } })),
    code: "PROOF_NOT_CANONICAL",
  },
  {
    name: "y + p in G2",
    change: inProof((p, curve) => ({
      ...p,
      b: { ...p.b, y: { ...p.b.y, c1: p.b.y.c1 + basePrime[curve] } },
    })),
    code: "PROOF_NOT_CANONICAL",
  },
  {
    name: "A at infinity",
    change: inProof((p) => ({ ...p, a: origin })),
    code: "PROOF_NOT_CANONICAL",
  },
  {
    name: "B at infinity",
    change: inProof((p) => ({ ...p, b: origin2 })),
    code: "PROOF_NOT_CANONICAL",
  },
  {
    name: "C at infinity",
    change: inProof((p) => ({ ...p, c: origin })),
    code: "PROOF_NOT_CANONICAL",
  },
  {
    name: "all zeros",
    change: ({ proof }) => ({ proof: proof.map(() => 0) }),
    code: "PROOF_NOT_CANONICAL",
  },
  {
    name: "A off the curve",
    change: inProof((p) => ({ ...p, a: { x: p.a.x, y: p.a.y ^ 1n } })),
    code: "PROOF_POINT_OFF_CURVE",
  },
  {
    name: "B off the curve",
    change: inProof((p) => ({ ...p, b: { ...p.b, x: { c0: p.b.x.c1, c1: p.b.x.c0 } } })),
    code: "PROOF_POINT_OFF_CURVE",
  },
  {
    name: "B off the subgroup",
    change: inProof((p, curve) => ({ ...p, b: leaveG2(curve, p.b) })),
    code: "PROOF_POINT_OFF_SUBGROUP",
  },
  {
    name: "A and C exchanged",
    change: inProof(({ a, b, c }) => ({ a: c, b, c: a })),
    code: "PROOF_WRONG",
  },
  {
    name: "A negated",
    change: inProof((p, curve) => ({ ...p, a: negateG1(curve, p.a) })),
    code: "PROOF_WRONG",
  },
  {
    name: "C doubled",
    change: inProof((p, curve) => ({ ...p, c: scaleG1(curve, p.c, 2n) })),
    code: "PROOF_WRONG",
  },
  {
    name: "another public signal",
    change: inSignals((s) => ["1", ...s.slice(1)]),
    code: "PROOF_WRONG",
  },
  {
    name: "another last signal",
    change: inSignals((s) => [...s.slice(0, -1), String(BigInt(s.at(-1) ?? "") ^ 1n)]),
    code: "PROOF_WRONG",
  },
  {
    name: "a public signal too few",
    change: inSignals((s) => s.slice(0, -1)),
    code: "PUBLIC_SIGNAL_COUNT",
  },
  { name: "no public signals", change: inSignals(() => []), code: "PUBLIC_SIGNAL_COUNT" },
  {
    name: "a trailing zero too many",
    change: inSignals((s) => [...s, "0"]),
    code: "PUBLIC_SIGNAL_COUNT",
  },
  {
    name: "s + r",
    change: inSignals((s, curve) => [
      String(BigInt(s[0] ?? "") + scalarPrime[curve]),
      ...s.slice(1),
    ]),
    code: "PUBLIC_SIGNAL_RANGE",
  },
  {
    name: "exactly r",
    change: inSignals((s, curve) => [String(scalarPrime[curve]), ...s.slice(1)]),
    code: "PUBLIC_SIGNAL_RANGE",
  },
  { name: "a negative one", change: firstSignal("-1"), code: "PUBLIC_SIGNAL_FORM" },
  {
    name: "hex",
    change: inSignals((s) => [`0x${BigInt(s[0] ?? "").toString(16)}`, ...s.slice(1)]),
    code: "PUBLIC_SIGNAL_FORM",
  },
  {
    name: "a leading zero",
    change: inSignals((s) => [`0${s[0] ?? ""}`, ...s.slice(1)]),
    code: "PUBLIC_SIGNAL_FORM",
  },
  { name: "an empty one", change: firstSignal(""), code: "PUBLIC_SIGNAL_FORM" },
  { name: "a million digits", change: firstSignal("9".repeat(1e6)), code: "PUBLIC_SIGNAL_FORM" },
  {
    name: "a pin too many",
    change: ({ publicSignals }) => ({ pinnedPublicSignals: [...publicSignals, ""] }),
    code: "PINNED_SIGNAL_COUNT",
  },
  {
    name: "another merkle_root",
    change: ({ circuit }) => ({
      circuit: asMerkle(circuit),
      input: noInput,
      merkleRoot: "ab".repeat(32),
    }),
    code: "MERKLE_ROOT_MISMATCH",
  },
  {
    name: "no merkle_root",
    change: ({ circuit }) => ({ circuit: asMerkle(circuit), input: noInput, merkleRoot: "" }),
    code: "MERKLE_ROOT_MISMATCH",
  },
];

const accepted: readonly Omit<Row, "code">[] = [
  { name: "the proof itself", change: () => ({}) },
  { name: "re-randomised", change: inProof((p, curve) => reRandomise(curve, p, 0x1234567n)) },
  {
    name: "(-A, -B, C)",
    change: inProof((p, curve) => ({ a: negateG1(curve, p.a), b: negateG2(curve, p.b), c: p.c })),
  },
  {
    name: "all signals pinned",
    change: ({ publicSignals }) => ({ pinnedPublicSignals: publicSignals }),
  },
  {
    name: "one pinned, the rest free",
    change: ({ publicSignals }) => ({
      pinnedPublicSignals: publicSignals.map((s, at) => (at === 1 ? s : "")),
    }),
  },
  {
    name: "its merkle_root",
    change: ({ circuit, publicSignals }) => ({
      circuit: asMerkle(circuit),
      input: noInput,
      merkleRoot: rootHex(BigInt(publicSignals[0] ?? "")),
    }),
  },
];

describe.each(["bn128", "bls12381"] as const)("a proof on %s", (curve) => {
  let verifier: Verifier;
  let real: RealProof;

  beforeAll(async () => {
    real = await proofOn[curve]();
    verifier = openFor(real);
  });
  afterAll(() => verifier.close());

  const verdict = (change: Change) =>
    verifier.verify({
      circuit: real.circuit,
      input: real.input,
      proof: real.proof,
      publicSignals: real.publicSignals,
      pinnedPublicSignals: [],
      merkleRoot: "",
      ...change(real, pointsOf(curve, real.proof)),
    });

  it.each(accepted)("is accepted: $name", async ({ change }) => {
    expect(await verdict(change)).toEqual({ valid: true });
  });

  it.each(rejected)("is rejected with $code: $name", async ({ change, code }) => {
    expect(await verdict(change)).toMatchObject({ valid: false, code });
  });

  it("is rejected when a G1 point leaves the subgroup, which snarkjs alone accepts", async () => {
    // BN254's G1 has no other subgroup.
    if (curve === "bn128") return;
    const points = pointsOf(curve, real.proof);
    const forged = bytesOf(curve, { ...points, a: leaveG1(points.a) });
    expect(await verdict(() => ({ proof: forged }))).toMatchObject({
      valid: false,
      code: "PROOF_POINT_OFF_SUBGROUP",
    });
    const proof = decodeProof(curve, forged);
    expect(await groth16.verify(real.key, real.publicSignals, proof)).toBe(true);
    expect(verifyByNoble(prepareKey(curve, real.key), real.publicSignals, proof)).toBe(false);
  });
});

describe("another circuit's proof", () => {
  it("is rejected, with its own signals and with another's", async () => {
    const own = await proofOn.bn128();
    const other = await builtInProof("addition", { a: "2", b: "3" });
    const verifier = openFor(own);
    const claim = {
      circuit: own.circuit,
      input: own.input,
      pinnedPublicSignals: [],
      merkleRoot: "",
    };
    for (const first of [own, other]) {
      const publicSignals = [...first.publicSignals.slice(0, 1), ...own.publicSignals.slice(1)];
      expect(await verifier.verify({ ...claim, proof: other.proof, publicSignals })).toMatchObject({
        valid: false,
        code: "PROOF_WRONG",
      });
    }
    await verifier.close();
  });
});

describe("a trailing public signal that is 0", () => {
  it("may not be left out, though snarkjs alone accepts that", async () => {
    const zero = await builtInProof("addition", { a: "0", b: "0" });
    expect(zero.publicSignals).toEqual(["0"]);
    const verifier = openFor(zero);
    const { circuit, input, proof } = zero;
    const claim = { circuit, input, proof, pinnedPublicSignals: [], merkleRoot: "" };
    expect(await verifier.verify({ ...claim, publicSignals: ["0"] })).toEqual({ valid: true });
    expect(await verifier.verify({ ...claim, publicSignals: [] })).toMatchObject({
      valid: false,
      code: "PUBLIC_SIGNAL_COUNT",
    });
    expect(await groth16.verify(zero.key, [], decodeProof("bn128", proof))).toBe(true);
    await verifier.close();
  });
});
