/** Durations as the original worker's configuration writes them: "5s", "500ms", "1m". */
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** Milliseconds; `undefined` when it is not a duration. */
const parseDuration = (raw: unknown): number | undefined => {
  if (typeof raw !== "string") return undefined;
  const parts = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)$/.exec(raw.trim());
  const factor = unitMs[parts?.[2] ?? ""];
  return factor === undefined ? undefined : Math.round(Number(parts?.[1]) * factor);
};

/** Milliseconds in the largest unit that says them exactly. */
export const durationText = (ms: number): string =>
  ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;

/** From where to where a setting may go, both included. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** In words, completing "must be". */
export const durationRule = ({ fromMs, toMs }: Span): string =>
  `a duration from ${durationText(fromMs)} to ${durationText(toMs)}, such as "5s"`;

/** Milliseconds; `undefined` when it is not a duration, or one outside its span. */
export const durationWithin = (raw: unknown, { fromMs, toMs }: Span): number | undefined => {
  const ms = parseDuration(raw);
  return ms !== undefined && ms >= fromMs && ms <= toMs ? ms : undefined;
};
