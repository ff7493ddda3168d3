export const logWords = {
  title: "Logs",
  about: "What this node did, newest first. Inputs of tasks and keys are never written down.",
  level: "Show",
  levels: {
    debug: "Everything",
    info: "Info and above",
    warn: "Warnings and errors",
    error: "Errors",
  },
  follow: "Follow",
  download: "Download",
  fileName: "prove-at-home.ndjson",
  empty: "Nothing has been logged yet.",
  emptyFiltered: "Nothing of that level has been logged.",
  shown: (shown: number, all: number): string =>
    shown === all ? `${all} lines` : `the last ${shown} of ${all} lines`,
  columns: { time: "Time", level: "Level", message: "Message" },
} as const;
