export const counterWords = {
  title: "Totals",
  accepted: "Accepted",
  acceptedNote: "proofs, verified by the coordinator",
  rate: "Per minute",
  rateNote: "over the last five minutes",
  outbox: "Not yet sent",
  outboxNote: "results, kept on this device",
} as const;
