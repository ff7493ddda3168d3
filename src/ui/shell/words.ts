import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
export const shellWords = {
  name: "Prove@Home",
  titleOf: (label: string): string => `${label} · Prove@Home`,
  navigation: msg`Pages`,
  loading: msg`Loading`,
  version: (version: string): MessageDescriptor => msg`Version ${version}`,
  language: msg`Language`,
  notSpoken: msg`That language could not be fetched. Try again with a connection.`,
  install: msg`Install as an app`,
} as const;
