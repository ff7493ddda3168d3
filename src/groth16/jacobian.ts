/** Points as (x/z^2, y/z^3), infinity where z = 0: additions without divisions, on curves y^2 = x^3 + b. */
import type { BigintField } from "./bigint-field.ts";

export type AffinePoint<Coordinate> = { readonly x: Coordinate; readonly y: Coordinate };
export type Point<Coordinate> = AffinePoint<Coordinate> | "infinity";

export type JacobianPoint<Coordinate> = AffinePoint<Coordinate> & { readonly z: Coordinate };

export class JacobianArithmetic<Coordinate> {
  readonly #field: BigintField<Coordinate>;
  readonly infinity: JacobianPoint<Coordinate>;

  constructor(field: BigintField<Coordinate>) {
    this.#field = field;
    this.infinity = { x: field.one, y: field.one, z: field.zero };
  }

  lift(point: Point<Coordinate>): JacobianPoint<Coordinate> {
    return point === "infinity" ? this.infinity : { ...point, z: this.#field.one };
  }

  drop({ x, y, z }: JacobianPoint<Coordinate>): Point<Coordinate> {
    const { isZero, invert, multiply, square } = this.#field;
    if (isZero(z)) return "infinity";
    const inverse = invert(z);
    const inverse2 = square(inverse);
    return { x: multiply(x, inverse2), y: multiply(y, multiply(inverse2, inverse)) };
  }

  negate(p: JacobianPoint<Coordinate>): JacobianPoint<Coordinate> {
    return { ...p, y: this.#field.subtract(this.#field.zero, p.y) };
  }

  /** dbl-2009-l of the Explicit-Formulas Database. */
  double({ x, y, z }: JacobianPoint<Coordinate>): JacobianPoint<Coordinate> {
    const { add, subtract, multiply, square } = this.#field;
    const twice = (a: Coordinate): Coordinate => add(a, a);
    const xx = square(x);
    const yy = square(y);
    const yyyy = square(yy);
    const s = twice(subtract(subtract(square(add(x, yy)), xx), yyyy));
    const m = add(twice(xx), xx);
    const doubled = subtract(square(m), twice(s));
    const shifted = multiply(m, subtract(s, doubled));
    return {
      x: doubled,
      y: subtract(shifted, twice(twice(twice(yyyy)))),
      z: twice(multiply(y, z)),
    };
  }

  /** add-1998-cmo-2 of the same, with the cases that it leaves out. */
  add(p: JacobianPoint<Coordinate>, q: JacobianPoint<Coordinate>): JacobianPoint<Coordinate> {
    const { add, subtract, multiply, square, isZero } = this.#field;
    if (isZero(p.z)) return q;
    if (isZero(q.z)) return p;
    const [pz2, qz2] = [square(p.z), square(q.z)];
    const u = multiply(p.x, qz2);
    const s = multiply(p.y, multiply(qz2, q.z));
    const h = subtract(multiply(q.x, pz2), u);
    const r = subtract(multiply(q.y, multiply(pz2, p.z)), s);
    if (isZero(h)) return isZero(r) ? this.double(p) : this.infinity;
    const hh = square(h);
    const hhh = multiply(h, hh);
    const v = multiply(u, hh);
    const x = subtract(subtract(square(r), hhh), add(v, v));
    const y = subtract(multiply(r, subtract(v, x)), multiply(s, hhh));
    return { x, y, z: multiply(multiply(p.z, q.z), h) };
  }
}
