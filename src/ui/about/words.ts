import type { KernelName } from "../../domain/engine.ts";

/** What each kernel needs of a browser. */
export const kernelWords: Readonly<Record<KernelName, string>> = {
  wide4: "wide arithmetic",
  fma2: "relaxed SIMD",
  ext4: "SIMD",
  scalar9: "any browser",
};

export const aboutWords = {
  title: "About",
  about:
    "Prove@Home lends the spare computing power of browsers to people who need zero-knowledge proofs. It is free software, GPL-3.0-or-later.",
  version: "Version",
  commit: "Commit",
  node: "Node id",
  engine: "Proving engine",
  cores: "Cores",
  platform: "Platform",
  secure: "Secure context",
  isolated: "Cross-origin isolated",
  simd: "WebAssembly SIMD",
  yes: "yes",
  no: "no",
  kernels: "Kernels",
  notTried: "What this browser can prove with is tried when the node starts.",
  tried:
    "What this browser can prove with, fastest first. Each was tested against known answers; the time is what one point of a sum takes.",
  onCurve: { bn128: "BN254", bls12381: "BLS12-381" },
  failed: (why: string): string => `not used: ${why}`,
  unsupported: "not in this browser",
  unknown: "not known until the node runs",
  serverVersion: "The coordinator's version",
} as const;
