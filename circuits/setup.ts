/**
 * Development keys. Their secrets come from labels written here, so anybody can forge proofs with them: that is what
 * "development" means. In return they are made in minutes and are the same bytes each time.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as snarkjs from "snarkjs";
import type { VerificationKey } from "snarkjs";
import type { Curve } from "../src/domain/circuit.ts";

export type Keys = {
  readonly zkey: Uint8Array;
  readonly vkey: VerificationKey;
  readonly domainSize: number;
};

/** A smallest circuit per curve sets the ceremony's size: domains up to 2^power. */
const powers: Readonly<Record<Curve, number>> = { bn128: 13, bls12381: 8 };

/** snarkjs's least: the hash is iterated 2^10 times. Slowness protects nothing here. */
const BEACON_ITERATIONS_POWER = 10;

/** 32 bytes, hex, that everybody can compute. */
const publicSecret = (purpose: string): string =>
  createHash("sha256").update(`Prove@Home, development only, worthless: ${purpose}`).digest("hex");

/**
 * The Groth16 keys of a circuit, with one contribution: without any, delta is the generator like gamma, and a proof of
 * any public signals is three points of the verification key.
 */
export const makeKeys = async (id: string, curve: Curve, r1cs: Uint8Array): Promise<Keys> => {
  const powersOfTau = await ceremony(curve);
  const folder = await mkdtemp(join(tmpdir(), "prove-at-home-keys-"));
  try {
    const [circuit, first, last] = ["r1cs", "0.zkey", "1.zkey"].map((name) => join(folder, name));
    if (circuit === undefined || first === undefined || last === undefined) throw new Error(folder);
    await writeFile(circuit, r1cs);
    const made = await snarkjs.zKey.newZKey(circuit, powersOfTau, first);
    if (made === -1)
      throw new Error(`${id} needs a larger power than ${powers[curve]} in setup.ts`);
    await snarkjs.zKey.beacon(
      first,
      last,
      "development",
      publicSecret(id),
      BEACON_ITERATIONS_POWER,
    );
    const zkey = await readFile(last);
    return {
      zkey,
      vkey: await snarkjs.zKey.exportVerificationKey(last),
      domainSize: domainSizeOf(zkey),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Phase 1, kept between runs since it takes minutes. */
const ceremony = async (curve: Curve): Promise<string> => {
  const power = powers[curve];
  const folder = fileURLToPath(new URL("../.cache/circuits", import.meta.url));
  const label = `powers of tau, ${curve}, 2^${power}`;
  const kept = join(folder, `${curve}-${power}-${publicSecret(label).slice(0, 8)}.ptau`);
  if (existsSync(kept)) return kept;
  await mkdir(folder, { recursive: true });
  const [first, second, third] = [1, 2, 3].map((step) => `${kept}.${step}`) as [
    string,
    string,
    string,
  ];
  const group = await snarkjs.curves.getCurveFromName(curve);
  await snarkjs.powersOfTau.newAccumulator(group, power, first);
  await snarkjs.powersOfTau.beacon(
    first,
    second,
    "development",
    publicSecret(label),
    BEACON_ITERATIONS_POWER,
  );
  await snarkjs.powersOfTau.preparePhase2(second, third);
  await rename(third, kept);
  await Promise.all([first, second].map((path) => rm(path)));
  return kept;
};

/** Ends snarkjs's workers, which would keep the process alive. */
export const endWorkers = async (): Promise<void> => {
  for (const curve of Object.keys(powers)) {
    const group = await snarkjs.curves.getCurveFromName(curve);
    await group.terminate();
  }
};

/** Section 2 of a zkey: n8q, q, n8r, r, nVars, nPublic, domainSize, … all little-endian. */
const domainSizeOf = (zkey: Uint8Array): number => {
  const view = new DataView(zkey.buffer, zkey.byteOffset, zkey.byteLength);
  let at = 12;
  while (view.getUint32(at, true) !== 2) at += 12 + Number(view.getBigUint64(at + 4, true));
  const afterQ = at + 12 + 4 + view.getUint32(at + 12, true);
  const afterR = afterQ + 4 + view.getUint32(afterQ, true);
  return view.getUint32(afterR + 8, true);
};
