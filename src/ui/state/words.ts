export const stateWords = {
  /** What somebody lends and what leaves the device, said before the first press and always. */
  promise:
    "Proofs are computed on this device's CPU. Only the proofs, this node's id and its progress leave it.",
  links: { settings: "Open settings", logs: "Open logs" },
  lastTrouble: (time: string, message: string): string => `${time} ${message}`,
} as const;
