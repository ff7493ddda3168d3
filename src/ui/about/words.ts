import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { KernelName } from "../../domain/engine.ts";

/** What each kernel needs of a browser. */
export const kernelWords: Readonly<Record<KernelName, MessageDescriptor>> = {
  wide4: msg`wide arithmetic`,
  fma2: msg`relaxed SIMD`,
  ext4: msg`SIMD`,
  scalar9: msg`any browser`,
};

export const aboutWords = {
  title: msg`About`,
  about: msg`Prove@Home lends the spare computing power of browsers to people who need zero-knowledge proofs. It is free software, GPL-3.0-or-later.`,
  version: msg`Version`,
  commit: msg`Commit`,
  node: msg`Node id`,
  engine: msg`Proving engine`,
  cores: msg`Cores`,
  platform: msg`Platform`,
  secure: msg`Secure context`,
  isolated: msg`Cross-origin isolated`,
  simd: msg`WebAssembly SIMD`,
  yes: msg`yes`,
  no: msg`no`,
  kernels: msg`Kernels`,
  notTried: msg`What this browser can prove with is tried when the node starts.`,
  tried: msg`What this browser can prove with, fastest first. Each was tested against known answers; the time is what one point of a sum takes.`,
  onCurve: { bn128: "BN254", bls12381: "BLS12-381" },
  failed: (why: string): MessageDescriptor => msg`not used: ${why}`,
  unsupported: msg`not in this browser`,
  unknown: msg`not known until the node runs`,
  serverVersion: msg`The coordinator's version`,
} as const;
