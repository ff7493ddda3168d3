export const storageWords = {
  title: "Storage",
  about:
    "Proving keys are kept on this device, so that the next visit does not fetch them again. Deleting one costs only its download.",
  empty: "No circuit is kept on this device yet.",
  delete: "Delete",
  deleteOf: (circuit: string): string => `Delete ${circuit}`,
  deleted: (circuit: string): string => `${circuit} was deleted.`,
  total: (circuits: string, count: number): string =>
    `${circuits} in ${count === 1 ? "one circuit" : `${count} circuits`}`,
  use: (used: string, quota: string): string =>
    `All that this page keeps here: ${used}, of ${quota} that the browser allows.`,
} as const;
