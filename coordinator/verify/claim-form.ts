/** What can be said of a reported proof without any curve arithmetic: microseconds, on the event loop. */
import type { Curve } from "../../src/domain/circuit.ts";
import { scalarPrime } from "../../src/domain/circuit.ts";
import { NodeFailure } from "../../src/domain/failure.ts";
import type { SnarkjsProof } from "../../src/wire/proof.ts";
import { decodeProof, proofBytes, rootHex } from "../../src/wire/proof.ts";
import { curveTitle } from "./curves.ts";
import type { Claim } from "./verifier.ts";

export type Fault = { readonly code: string; readonly why: string };
export type ClaimForm =
  | { readonly sound: true; readonly proof: SnarkjsProof }
  | { readonly sound: false; readonly fault: Fault };

/** Both scalar fields are below 2^256, which has 78 digits. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/u;
/** The circuit whose report carries its root a second time, in hex, as the seed's workers send it. */
const ROOT_CIRCUIT = "merkle_proof";
const ROOT_SIGNAL = "root";

/** Cheapest first; the first fault found is the answer. */
export const checkForm = (claim: Claim): ClaimForm => {
  const decoded = decode(claim);
  if (!decoded.sound) return decoded;
  const fault =
    signalCountFault(claim) ?? signalFault(claim) ?? pinCountFault(claim) ?? rootFault(claim);
  return fault === undefined ? decoded : { sound: false, fault };
};

const decode = ({ circuit, proof }: Claim): ClaimForm => {
  const wanted = proofBytes(circuit.curve);
  if (proof.byteLength !== wanted) {
    return {
      sound: false,
      fault: {
        code: "PROOF_LENGTH",
        why: `The proof has ${proof.byteLength} bytes; on ${curveTitle[circuit.curve]} it has exactly ${wanted}.`,
      },
    };
  }
  try {
    return { sound: true, proof: decodeProof(circuit.curve, proof) };
  } catch (reason) {
    return {
      sound: false,
      fault: {
        code: "PROOF_NOT_CANONICAL",
        why: `The proof is not in canonical form: ${NodeFailure.from(reason).message}.`,
      },
    };
  }
};

const signalCountFault = ({ circuit, publicSignals }: Claim): Fault | undefined => {
  const wanted = circuit.publicSignals.length;
  if (publicSignals.length === wanted) return undefined;
  return {
    code: "PUBLIC_SIGNAL_COUNT",
    why: `The report has ${publicSignals.length} public signals; ${circuit.id} has exactly ${wanted}.`,
  };
};

const signalFault = ({ circuit, publicSignals }: Claim): Fault | undefined => {
  const index = publicSignals.findIndex((text) => !isElement(circuit.curve, text));
  if (index === -1) return undefined;
  const name = circuit.publicSignals[index] ?? "";
  if (!DECIMAL.test(publicSignals[index] ?? "")) {
    return {
      code: "PUBLIC_SIGNAL_FORM",
      why: `Public signal ${index} (${name}) is not written as a decimal number without sign or leading zeros.`,
    };
  }
  return {
    code: "PUBLIC_SIGNAL_RANGE",
    why: `Public signal ${index} (${name}) is not below the order of ${curveTitle[circuit.curve]}'s scalar field.`,
  };
};

const isElement = (curve: Curve, text: string): boolean =>
  DECIMAL.test(text) && BigInt(text) < scalarPrime[curve];

const pinCountFault = ({
  circuit,
  publicSignals,
  pinnedPublicSignals,
}: Claim): Fault | undefined => {
  const pins = pinnedPublicSignals.length;
  if (pins === 0 || pins === publicSignals.length) return undefined;
  return {
    code: "PINNED_SIGNAL_COUNT",
    why: `The job pins ${pins} public signals; ${circuit.id} has ${publicSignals.length}.`,
  };
};

const rootFault = ({ circuit, publicSignals, merkleRoot }: Claim): Fault | undefined => {
  const index = circuit.publicSignals.indexOf(ROOT_SIGNAL);
  if (circuit.id !== ROOT_CIRCUIT || index === -1) return undefined;
  const root = rootHex(BigInt(publicSignals[index] ?? "0"));
  if (merkleRoot === root) return undefined;
  const found = merkleRoot === "" ? "missing" : JSON.stringify(merkleRoot.slice(0, 80));
  return {
    code: "MERKLE_ROOT_MISMATCH",
    why: `merkle_root is ${found}; the public signal "root" says it is ${root}.`,
  };
};
