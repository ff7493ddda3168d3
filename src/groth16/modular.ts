/** Arithmetic modulo a prime, for the few numbers that are not worth a kernel. */

/** base^exponent; the exponent is not negative. */
export const powerOf = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let power = 1n;
  let square = base % modulus;
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if ((bits & 1n) === 1n) power = (power * square) % modulus;
    square = (square * square) % modulus;
  }
  return power;
};
