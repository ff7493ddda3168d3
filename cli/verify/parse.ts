/** Reads a proof folder strictly: everything that can be wrong with it without curve arithmetic. */
import * as v from "valibot";
import { basePrime, curves, scalarPrime, type Curve } from "../../src/domain/circuit.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import { decodeProof, encodeProof, type SnarkjsProof } from "../../src/wire/proof.ts";
import type { RawBundle } from "../bundle.ts";

export type VerificationKey = v.InferOutput<typeof vkeyForm>;

/** A proof that has the right form; whether it holds is for the verifiers. */
export type Bundle = {
  readonly curve: Curve;
  readonly proof: SnarkjsProof;
  readonly publicSignals: readonly string[];
  readonly vkey: VerificationKey;
};

/** Which file breaks which rule. */
export class FormFault extends Error {
  readonly file: string;

  constructor(file: string, message: string) {
    super(message);
    this.name = "FormFault";
    this.file = file;
  }
}

const decimal = v.pipe(
  v.string(),
  v.regex(
    /^(?:0|[1-9][0-9]{0,127})$/,
    "a coordinate must be a decimal number without leading zeros",
  ),
);
const one = v.literal("1", "z must be 1: points are affine");
const g1 = v.strictTuple([decimal, decimal, one]);
const fp2 = v.strictTuple([decimal, decimal]);
const g2 = v.strictTuple([fp2, fp2, v.strictTuple([one, v.literal("0")])]);

const vkeyForm = v.object({
  protocol: v.literal("groth16"),
  curve: v.picklist(curves),
  nPublic: v.pipe(v.number(), v.integer(), v.minValue(0)),
  vk_alpha_1: g1,
  vk_beta_2: g2,
  vk_gamma_2: g2,
  vk_delta_2: g2,
  IC: v.array(g1),
});

const proofForm = v.strictObject({
  protocol: v.literal("groth16"),
  curve: v.picklist(curves),
  pi_a: g1,
  pi_b: g2,
  pi_c: g1,
});

const signalsForm = v.array(decimal);

/** @throws FormFault naming the file and the rule. */
export const parseBundle = (raw: RawBundle): Bundle => {
  const vkey = parse("vkey.json", vkeyForm, raw.vkey);
  const { curve } = vkey;
  requireReduced(vkey);
  if (vkey.IC.length !== vkey.nPublic + 1) {
    throw new FormFault(
      "vkey.json",
      `IC has ${vkey.IC.length} points; nPublic ${vkey.nPublic} needs one more`,
    );
  }
  const publicSignals = parseSignals(raw.publicSignals, vkey);
  const proof = parse("proof.json", proofForm, raw.proof);
  if (proof.curve !== curve) {
    throw new FormFault(
      "proof.json",
      `curve is ${proof.curve}; the verification key's is ${curve}`,
    );
  }
  const bytes = atFile("proof.json", () => encodeProof(curve, proof));
  const fromBytes = atFile("proof.bin", () => decodeProof(curve, raw.bytes));
  if (!sameBytes(bytes, raw.bytes)) {
    throw new FormFault("proof.bin", "it is another proof than proof.json; both must be the same");
  }
  return { curve, proof: fromBytes, publicSignals, vkey };
};

const parseSignals = (raw: unknown, { curve, nPublic }: VerificationKey): readonly string[] => {
  const signals = parse("public.json", signalsForm, raw);
  if (signals.length !== nPublic) {
    throw new FormFault(
      "public.json",
      `it has ${signals.length} signals; the key is for ${nPublic}`,
    );
  }
  const index = signals.findIndex((text) => BigInt(text) >= scalarPrime[curve]);
  if (index === -1) return signals;
  throw new FormFault(
    "public.json",
    `signal ${index} is not below the order of the ${curve} group`,
  );
};

const requireReduced = (vkey: VerificationKey): void => {
  const points = [vkey.vk_alpha_1, vkey.vk_beta_2, vkey.vk_gamma_2, vkey.vk_delta_2, vkey.IC];
  const numbers = points.flat(3).map(BigInt);
  if (numbers.every((value) => value < basePrime[vkey.curve])) return;
  throw new FormFault("vkey.json", `a coordinate is not below the prime of ${vkey.curve}`);
};

const parse = <Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> => {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  throw new FormFault(file, where === null ? issue.message : `${where}: ${issue.message}`);
};

const atFile = <Result>(file: string, read: () => Result): Result => {
  try {
    return read();
  } catch (reason) {
    throw new FormFault(file, NodeFailure.from(reason).message);
  }
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
