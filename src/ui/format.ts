/**
 * Numbers as people read them, in the page's language, with digits that all of its languages know. Forms have a steady
 * width, so that what stands beside them does not jump.
 */
import { i18n } from "@lingui/core";

const numberingSystem = "latn";
const oneDigit = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;

/** Making a form takes longer than using it a thousand times. */
const remember = <Form>(make: (locale: string) => Form): (() => Form) => {
  const forms = new Map<string, Form>();
  return () => {
    const { locale } = i18n;
    const form = forms.get(locale) ?? make(locale);
    forms.set(locale, form);
    return form;
  };
};

const numbers = (options: Intl.NumberFormatOptions): ((value: number) => string) => {
  const form = remember((locale) => new Intl.NumberFormat(locale, { numberingSystem, ...options }));
  return (value) => form().format(value);
};

const units = (unit: string, options: Intl.NumberFormatOptions = {}) =>
  numbers({ style: "unit", unit, unitDisplay: "short", ...options });

const clock = remember(
  (locale) =>
    new Intl.DateTimeFormat(locale, {
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
      ...{ hourCycle: "h23", numberingSystem },
    }),
);

export const formatCount = numbers({});
const formatTenths = numbers(oneDigit);
const formatSeconds = units("second", oneDigit);
const formatWholeSeconds = units("second");
const formatMinutes = units("minute");
const formatKilobytes = units("kilobyte", oneDigit);
const formatMegabytes = units("megabyte", oneDigit);
const formatGigabytes = units("gigabyte", oneDigit);
const formatPercent = numbers({ style: "percent" });

/** "4.2 sec"; from a minute on "3 min", where seconds would only be noise. */
export const formatDuration = (ms: number): string =>
  ms < 60_000 ? formatSeconds(Math.max(0, ms) / 1_000) : formatMinutes(Math.floor(ms / 60_000));

/** "4.2 µs": not every browser has the unit's name. */
export const formatMicroseconds = (nanoseconds: number): string =>
  `${formatTenths(nanoseconds / 1_000)} µs`;

/** Time under way: "7 sec", "3 min". Whole seconds, since it is drawn once a second. */
export const formatElapsed = (ms: number): string =>
  ms < 60_000 ? formatWholeSeconds(Math.floor(Math.max(0, ms) / 1_000)) : formatDuration(ms);

/** Time left: "0:07", "1:30". Rounded up: it says 0:00 when the time has come. */
export const formatCountdown = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

/** "0.9 kB", "2.1 MB": decimal units, as browsers and shops count. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1_000_000) return formatKilobytes(bytes / 1_000);
  if (bytes < 1_000_000_000) return formatMegabytes(bytes / 1_000_000);
  return formatGigabytes(bytes / 1_000_000_000);
};

/** "62%", never 100 before the end. */
export const formatShare = (share: number): string =>
  formatPercent(Math.floor(clampShare(share) * 100) / 100);

export const clampShare = (share: number): number => Math.min(1, Math.max(0, share));

/** Local time of day, "14:02:11". */
export const formatClock = (atMs: number): string => clock().format(atMs);

/** Proofs per minute: "12", "3.4"; an en dash before the first. */
export const formatRate = (perMinute: number | null): string => {
  if (perMinute === null) return "–";
  return perMinute >= 10 ? formatCount(Math.round(perMinute)) : formatTenths(perMinute);
};
