/** Durations as the original worker's configuration writes them: "5s", "500ms", "1m". */
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** Milliseconds; `undefined` when it is not a duration. */
export const parseDuration = (raw: unknown): number | undefined => {
  if (typeof raw !== "string") return undefined;
  const parts = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)$/.exec(raw.trim());
  const factor = unitMs[parts?.[2] ?? ""];
  return factor === undefined ? undefined : Math.round(Number(parts?.[1]) * factor);
};

/** Milliseconds in the largest unit that says them exactly. */
export const durationText = (ms: number): string =>
  ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
