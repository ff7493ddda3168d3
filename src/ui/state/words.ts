import { msg } from "@lingui/core/macro";
export const stateWords = {
  /** What somebody lends and what leaves the device, said before the first press and always. */
  promise: msg`Proofs are computed on this device's CPU. Only the proofs, this node's id and its progress leave it.`,
  links: { settings: msg`Open settings`, logs: msg`Open logs` },
} as const;
