/** Section 10 of a zkey: who contributed to phase 2 of the setup. A claim of the file, not a proof of a ceremony. */
import type { Curve } from "../../src/domain/circuit.ts";
import type { G1Affine } from "../verify/curves.ts";
import type { ByteSource } from "./byte-source.ts";
import { g1Bytes, g2Bytes, pointReader } from "./zkey-points.ts";
import type { SectionTable } from "./zkey-sections.ts";
import { badZkey, view, zkeySection } from "./zkey-sections.ts";

export type Contributions = {
  /** By somebody's secret. */
  readonly secret: number;
  /** By a public beacon: anybody can recompute these, so they hide nothing. */
  readonly beacons: number;
  /** delta in G1 after the last one. */
  readonly deltaAfter: G1Affine | undefined;
};

/** Hash of the circuit that section 10 begins with. */
const CIRCUIT_HASH_BYTES = 64;
const TRANSCRIPT_BYTES = 64;
/** The largest public ceremony so far had some 3,000. */
const MAX_CONTRIBUTIONS = 20_000;
/** Name, iterations and beacon hash are at most 2 + 255 bytes each. */
const MAX_PARAMETER_BYTES = 1024;
const SECRET = 0;
const BEACON = 1;

/** Zero contributions when the zkey has no such section. */
export const readContributions = async (
  source: ByteSource,
  sections: SectionTable,
  curve: Curve,
): Promise<Contributions> => {
  const section = sections.get(zkeySection.contributions);
  if (section === undefined) return { secret: 0, beacons: 0, deltaAfter: undefined };
  // Everything before the parameters of one contribution: three G1, one G2, transcript, type and length.
  const fixed = 3 * g1Bytes(curve) + g2Bytes(curve) + TRANSCRIPT_BYTES + 8;
  const most = CIRCUIT_HASH_BYTES + 4 + MAX_CONTRIBUTIONS * (fixed + MAX_PARAMETER_BYTES);
  if (section.bytes > most) throw malformed(`has ${section.bytes} bytes`);
  const bytes = await source.read(section.offset, section.bytes);
  const count = announced(bytes);
  const tally = { secret: 0, beacons: 0 };
  let deltaAfter: G1Affine | undefined;
  let position = CIRCUIT_HASH_BYTES + 4;
  for (let index = 0; index < count; index += 1) {
    const end = position + fixed;
    if (end > bytes.byteLength) throw malformed(`ends within contribution ${index + 1}`);
    deltaAfter = pointReader(curve, bytes.subarray(position, end)).g1();
    const type = view(bytes).getUint32(end - 8, true);
    if (type !== SECRET && type !== BEACON) throw malformed(`has a contribution of type ${type}`);
    tally[type === BEACON ? "beacons" : "secret"] += 1;
    position = end + view(bytes).getUint32(end - 4, true);
  }
  if (position !== bytes.byteLength) throw malformed("does not end with its last contribution");
  return { ...tally, deltaAfter };
};

const announced = (bytes: Uint8Array): number => {
  if (bytes.byteLength < CIRCUIT_HASH_BYTES + 4) throw malformed("is too short");
  const count = view(bytes).getUint32(CIRCUIT_HASH_BYTES, true);
  if (count > MAX_CONTRIBUTIONS) throw malformed(`announces ${count} contributions`);
  return count;
};

const malformed = (how: string) =>
  badZkey("ZKEY_CONTRIBUTIONS", `the zkey's list of contributions (section 10) ${how}`);
