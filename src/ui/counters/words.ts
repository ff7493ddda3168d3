import { msg } from "@lingui/core/macro";
export const counterWords = {
  title: msg`Totals`,
  accepted: msg`Accepted`,
  acceptedNote: msg`proofs, verified by the coordinator`,
  rate: msg`Per minute`,
  rateNote: msg`over the last five minutes`,
  outbox: msg`Not yet sent`,
  outboxNote: msg`results, kept on this device`,
} as const;
