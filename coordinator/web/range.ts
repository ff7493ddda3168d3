/** HTTP byte ranges (RFC 9110, section 14) of a file of known size. */

export type ByteRange =
  /** No range asked, or one that we may ignore: the whole file, 200. */
  | { readonly kind: "whole" }
  /** Both inclusive, 206. */
  | { readonly kind: "part"; readonly first: number; readonly last: number }
  /** Nothing of what was asked exists, 416. */
  | { readonly kind: "unsatisfiable" };

const whole: ByteRange = { kind: "whole" };
const unsatisfiable: ByteRange = { kind: "unsatisfiable" };

/** Reads a `Range` header. Several ranges at once are answered with the whole file, as the RFC allows. */
export const parseRange = (header: string | undefined, size: number): ByteRange => {
  const match = /^bytes=(\d*)-(\d*)$/u.exec(header?.trim() ?? "");
  if (match === null) return whole;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return whole;
  return first === "" ? suffix(Number(last), size) : slice(Number(first), last, size);
};

const suffix = (length: number, size: number): ByteRange =>
  length === 0 || size === 0
    ? unsatisfiable
    : { kind: "part", first: Math.max(0, size - length), last: size - 1 };

const slice = (first: number, lastText: string, size: number): ByteRange => {
  const last = lastText === "" ? size - 1 : Math.min(Number(lastText), size - 1);
  if (lastText !== "" && Number(lastText) < first) return whole;
  return first >= size ? unsatisfiable : { kind: "part", first, last };
};

/** Whether the client's copy is the one that we would continue: `If-Range` names exactly this strong tag. */
export const mayContinue = (ifRange: string | undefined, etag: string): boolean =>
  ifRange === undefined || ifRange === etag;

/** Whether `If-None-Match` names this tag. */
export const isUnchanged = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//u, ""))
    .some((tag) => tag === "*" || tag === etag);
