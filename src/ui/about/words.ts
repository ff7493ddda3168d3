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
  unknown: "not known until the node runs",
  serverVersion: "The coordinator's version",
} as const;
