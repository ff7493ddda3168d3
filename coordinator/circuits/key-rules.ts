/** Whether a verification key may decide over proofs, and how far its proofs can be trusted. */
import type { Curve, Setup } from "../../src/domain/circuit.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { G2Affine, PointFault } from "../verify/curves.ts";
import { g1Fault, g2Fault, pairingCurves, sameG1, sameG2 } from "../verify/curves.ts";
import type { Zkey } from "./zkey.ts";

export type KeyJudgement = {
  readonly setup: Setup;
  /** What an owner should know, loudest first. */
  readonly warnings: readonly string[];
};

/**
 * Refuses keys whose proofs anybody can forge; a key that at least its maker can forge is "development".
 * "ceremony" is the file's claim: whether it belongs to the circuit only `snarkjs zkey verify` with the r1cs and the
 * powers of tau can tell.
 */
export const judgeKey = (zkey: Zkey): KeyJudgement => {
  checkPoints(zkey);
  const { gamma2, delta2, delta1, contributions, curve } = zkey;
  if (sameG2(gamma2, delta2) || sameG2(gamma2, negated(curve, delta2))) {
    // A = alpha, B = beta, C = -IC proves any public signals: Veil Cash and FoomCash were emptied this way in 2026.
    throw weakKey(
      "VKEY_GAMMA_EQUALS_DELTA",
      "the verification key has gamma = ±delta, so anybody can forge a proof of anything",
    );
  }
  if (contributions.deltaAfter !== undefined && !sameG1(contributions.deltaAfter, delta1)) {
    throw weakKey(
      "ZKEY_CONTRIBUTIONS",
      "the zkey's last contribution does not lead to its delta, so its list of contributions is not its own",
    );
  }
  const known = knownSecret(zkey);
  return known === undefined
    ? { setup: "ceremony", warnings: [] }
    : {
        setup: "development",
        warnings: [
          `FORGEABLE: ${known}. The circuit is marked "development": its proofs are for trying things out, earn nothing, and must not guard anything of value.`,
        ],
      };
};

/** Why somebody knows the key's secret, if the file itself shows it. */
const knownSecret = (zkey: Zkey): string | undefined => {
  const { secret, beacons } = zkey.contributions;
  if (sameG2(zkey.delta2, generator(zkey.curve))) return "the key's delta is the group's generator";
  if (secret > 0) return undefined;
  return beacons > 0
    ? "the key has only a public beacon and no secret phase-2 contribution, so anybody can recompute its delta"
    : "the key has no phase-2 contribution, so whoever made it knows its secret";
};

const generator = (curve: Curve): G2Affine => {
  const { x, y } = pairingCurves[curve].G2.Point.BASE.toAffine();
  return { x, y };
};

const negated = (curve: Curve, point: G2Affine): G2Affine => ({
  x: point.x,
  y: pairingCurves[curve].fields.Fp2.neg(point.y),
});

const checkPoints = (zkey: Zkey): void => {
  const { curve } = zkey;
  refusePoint("alpha in G1", g1Fault(curve, zkey.alpha1));
  refusePoint("beta in G1", g1Fault(curve, zkey.beta1));
  refusePoint("delta in G1", g1Fault(curve, zkey.delta1));
  refusePoint("beta in G2", g2Fault(curve, zkey.beta2));
  refusePoint("gamma in G2", g2Fault(curve, zkey.gamma2));
  refusePoint("delta in G2", g2Fault(curve, zkey.delta2));
  zkey.inputCommitments.forEach((point, index) =>
    refusePoint(`IC[${index}]`, g1Fault(curve, point)),
  );
};

const pointRules: Readonly<Record<PointFault, string>> = {
  infinity: "VKEY_POINT_INFINITY",
  "not reduced": "ZKEY_COORDINATE",
  "off curve": "VKEY_POINT_OFF_CURVE",
  "off subgroup": "VKEY_POINT_OFF_SUBGROUP",
};

const refusePoint = (point: string, fault: PointFault | undefined): void => {
  if (fault === undefined) return;
  throw weakKey(
    pointRules[fault],
    `the verification key's ${point} is ${fault === "infinity" ? "the point at infinity" : fault}`,
  );
};

const weakKey = (reason: string, problem: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "precondition",
    reason,
    field: "zkey",
    problem,
    remedy: "give a zkey with at least one phase-2 contribution: snarkjs zkey contribute",
  });
