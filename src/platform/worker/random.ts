import type { Random } from "../../domain/clock.ts";

/** From the browser's secure generator: ids are made with it, too. */
export const random: Random = () => {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
};
