/**
 * Where the parts of a prepared key lie. Nothing in a key holds an address: places follow from its figures and the kernel's
 * layout, so a key is the same bytes in a file and wherever it lies in memory.
 */
import type { KeyFigures } from "../domain/prepared-key.ts";
import { placeDomain } from "./domain.ts";
import type { Bases, KeyShape, PlacedRows, QuotientPlaces } from "./kernel.ts";
import { measure, type Room } from "./memory.ts";

export type KeyPlaces = {
  readonly bases: Readonly<Record<"a" | "b2" | "c" | "h", Bases>> & { readonly b1?: Bases };
  readonly quotient: QuotientPlaces;
};

const INDEX_BYTES = 4;
const WORD_BYTES = 4;

/** Takes room for a key, in the order in which it is stored. */
export const placeKey = (figures: KeyFigures, shape: KeyShape, room: Room): KeyPlaces => {
  const place = (count: number, pointBytes: number): Bases => ({
    count,
    points: room.alloc(count * pointBytes),
    indices: room.alloc(count * INDEX_BYTES),
  });
  const { a, b1, b2, c, h } = figures.bases;
  return {
    bases: {
      a: place(a, shape.g1Bytes),
      ...(b1 === undefined ? {} : { b1: place(b1, shape.g1Bytes) }),
      b2: place(b2, shape.g2Bytes),
      c: place(c, shape.g1Bytes),
      h: place(h, shape.g1Bytes),
    },
    quotient: placeQuotient(figures, shape, room),
  };
};

/** The part of it that `Kernel.openQuotient` needs. */
export const placeQuotient = (
  figures: Pick<KeyFigures, "wires" | "domainSize" | "coefficients" | "rows">,
  shape: Pick<KeyShape, "lanes" | "frBytes">,
  room: Room,
): QuotientPlaces => ({
  wires: figures.wires,
  a: placeRows(figures.rows.a, room),
  b: placeRows(figures.rows.b, room),
  coefficients: room.alloc(figures.coefficients * shape.frBytes),
  size: room.alloc(shape.frBytes),
  domain: placeDomain(figures.domainSize, shape, room),
});

/** Bytes of a key. */
export const keyBytes = (figures: KeyFigures, shape: KeyShape): number =>
  measure((room) => placeKey(figures, shape, room));

const placeRows = (cuts: readonly number[], room: Room): PlacedRows => {
  const address = room.alloc((cuts.at(-1) ?? 0) * WORD_BYTES);
  return cuts.slice(1).map((cut, index) => ({
    begin: address + WORD_BYTES * (cuts[index] ?? 0),
    end: address + WORD_BYTES * cut,
  }));
};
