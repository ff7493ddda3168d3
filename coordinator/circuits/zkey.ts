/**
 * Reads all that the coordinator needs to know of a Groth16 zkey. In: random access to the file. Out: sizes, the points of
 * the verification key, contributions, constraints. Fails only by CoordinatorFailure, in time linear in the file.
 */
import type { G1Affine } from "../verify/curves.ts";
import type { ByteSource } from "./byte-source.ts";
import { countConstraints } from "./zkey-constraints.ts";
import type { Contributions } from "./zkey-contributions.ts";
import { readContributions } from "./zkey-contributions.ts";
import type { ZkeyHeader } from "./zkey-header.ts";
import { readHeader, readInputCommitments } from "./zkey-header.ts";
import { g1Bytes, g2Bytes } from "./zkey-points.ts";
import type { SectionTable } from "./zkey-sections.ts";
import {
  badZkey,
  readSections,
  requireGroth16,
  requireSection,
  zkeySection,
} from "./zkey-sections.ts";

export type Zkey = ZkeyHeader & {
  /** The verification key's IC. */
  readonly inputCommitments: readonly G1Affine[];
  readonly contributions: Contributions;
  readonly constraints: number;
};

export const readZkey = async (source: ByteSource): Promise<Zkey> => {
  const sections = await readSections(source);
  await requireGroth16(source, sections);
  const header = await readHeader(source, sections);
  checkPointSections(sections, header);
  const inputCommitments = await readInputCommitments(source, sections, header);
  const contributions = await readContributions(source, sections, header.curve);
  const constraints = await countConstraints(source, sections, header);
  if (constraints + header.publics + 1 > header.domainSize) {
    throw badZkey(
      "ZKEY_SIZES",
      `the zkey has ${constraints} constraints and ${header.publics} public signals, too many for its domain of ${header.domainSize}`,
    );
  }
  return { ...header, inputCommitments, contributions, constraints };
};

/** The proving key's points are not looked at (a bad one makes proofs that do not verify), but they must all be there. */
const checkPointSections = (sections: SectionTable, header: ZkeyHeader): void => {
  const { variables, publics, domainSize, curve } = header;
  const wanted: readonly (readonly [number, number])[] = [
    [zkeySection.pointsA, variables * g1Bytes(curve)],
    [zkeySection.pointsB1, variables * g1Bytes(curve)],
    [zkeySection.pointsB2, variables * g2Bytes(curve)],
    [zkeySection.pointsC, (variables - publics - 1) * g1Bytes(curve)],
    [zkeySection.pointsH, domainSize * g1Bytes(curve)],
  ];
  for (const [type, bytes] of wanted) {
    const found = requireSection(sections, type).bytes;
    if (found !== bytes) {
      throw badZkey(
        "ZKEY_SIZES",
        `section ${type} of the zkey has ${found} bytes, its header asks for ${bytes}`,
      );
    }
  }
};
