export const shellWords = {
  name: "Prove@Home",
  titleOf: (label: string): string => `${label} · Prove@Home`,
  navigation: "Pages",
  loading: "Loading",
  version: (version: string): string => `Version ${version}`,
  install: "Install as an app",
} as const;
