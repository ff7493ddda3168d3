/** Makes bad zkeys of good ones. */
import { bytesSource } from "../byte-source.ts";
import { g1Bytes, g2Bytes } from "../zkey-points.ts";
import type { ZkeyHeader } from "../zkey-header.ts";
import type { Section } from "../zkey-sections.ts";
import { readSections, requireSection, zkeySection } from "../zkey-sections.ts";

type SectionName = keyof typeof zkeySection;

export type Places = {
  readonly section: (name: SectionName) => Section;
  /** Byte offset of a point of the header. */
  readonly point: (name: "alpha1" | "beta1" | "beta2" | "gamma2" | "delta1" | "delta2") => number;
  readonly sizes: number;
};

/** Where things lie in a zkey. */
export const placesIn = async (zkey: Uint8Array, { curve }: ZkeyHeader): Promise<Places> => {
  const sections = await readSections(bytesSource(zkey));
  const section = (name: SectionName) => requireSection(sections, zkeySection[name]);
  const one = g1Bytes(curve);
  const two = g2Bytes(curve);
  const sizes = section("header").offset + 8 + one / 2 + 32;
  const first = sizes + 12;
  const offsets = {
    alpha1: first,
    beta1: first + one,
    beta2: first + 2 * one,
    gamma2: first + 2 * one + two,
    delta1: first + 2 * one + 2 * two,
    delta2: first + 3 * one + 2 * two,
  };
  return { section, point: (name) => offsets[name], sizes };
};

/** A copy with these bytes at that place. */
export const patched = (bytes: Uint8Array, at: number, patch: Iterable<number>): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy.set([...patch], at);
  return copy;
};
