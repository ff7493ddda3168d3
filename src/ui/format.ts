/** Numbers as people read them. All forms have a steady width, so that what stands beside them does not jump. */

const wholeNumber = new Intl.NumberFormat("en");
const oneDigit = new Intl.NumberFormat("en", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export const formatCount = (count: number): string => wholeNumber.format(count);

/** "4.2 s"; from a minute on "3 min", where seconds would only be noise. */
export const formatDuration = (ms: number): string => {
  if (ms < 60_000) return `${oneDigit.format(Math.max(0, ms) / 1000)} s`;
  return `${formatCount(Math.floor(ms / 60_000))} min`;
};

/** "4.2 µs". */
export const formatMicroseconds = (nanoseconds: number): string =>
  `${oneDigit.format(nanoseconds / 1000)} µs`;

/** Time under way: "7 s", "3 min". Whole seconds, since it is drawn once a second. */
export const formatElapsed = (ms: number): string =>
  ms < 60_000 ? `${Math.floor(Math.max(0, ms) / 1000)} s` : formatDuration(ms);

/** Time left: "0:07", "1:30". Rounded up: it says 0:00 when the time has come. */
export const formatCountdown = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

/** "0.9 kB", "2.1 MB": decimal units, as browsers and shops count. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1_000_000) return `${oneDigit.format(bytes / 1_000)} kB`;
  if (bytes < 1_000_000_000) return `${oneDigit.format(bytes / 1_000_000)} MB`;
  return `${oneDigit.format(bytes / 1_000_000_000)} GB`;
};

/** "62 %", never 100 before the end. */
export const formatShare = (share: number): string => `${Math.floor(clampShare(share) * 100)} %`;

export const clampShare = (share: number): number => Math.min(1, Math.max(0, share));

/** Local time of day, "14:02:11". */
export const formatClock = (atMs: number): string => clock.format(atMs);

/** Proofs per minute: "12", "3.4"; an en dash before the first. */
export const formatRate = (perMinute: number | null): string => {
  if (perMinute === null) return "–";
  return perMinute >= 10 ? formatCount(Math.round(perMinute)) : oneDigit.format(perMinute);
};
