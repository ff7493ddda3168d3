export type CoreProof = {
  /** Canonical proof_data: see wire/proof.ts. */
  readonly bytes: Uint8Array;
  /** Decimal. */
  readonly publicSignals: readonly string[];
};
