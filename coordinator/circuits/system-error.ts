/** Whether an error is one of the operating system's, by its codes, e.g. "ENOENT". */
export const isSystemError = (reason: unknown, ...codes: readonly string[]): boolean =>
  reason instanceof Error && "code" in reason && codes.some((code) => code === reason.code);
