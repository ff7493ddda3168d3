import type { Random } from "../domain/clock.ts";

/** So many digits of chance, four bits each. */
export const randomHex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
