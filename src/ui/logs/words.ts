import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import { formatCount } from "../format.ts";
export const logWords = {
  title: msg`Logs`,
  about: msg`What this node did, newest first. Inputs of tasks and keys are never written down.`,
  level: msg`Show`,
  levels: {
    debug: msg`Everything`,
    info: msg`Info and above`,
    warn: msg`Warnings and errors`,
    error: msg`Errors`,
  },
  follow: msg`Follow`,
  download: msg`Download`,
  fileName: "prove-at-home.ndjson",
  empty: msg`Nothing has been logged yet.`,
  emptyFiltered: msg`Nothing of that level has been logged.`,
  shown: (shown: number, all: number): MessageDescriptor =>
    shown === all
      ? msg`${plural(all, { one: "# line", other: "# lines" })}`
      : msg`the last ${formatCount(shown)} of ${plural(all, { other: "# lines" })}`,
  columns: { time: msg`Time`, level: msg`Level`, message: msg`Message` },
} as const;
