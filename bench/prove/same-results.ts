import type { PreparedPrimitive, Primitive } from "./primitives.ts";

/**
 * Runs a primitive once with each competitor, which also warms it up.
 *
 * @throws Error naming the competitor whose result is another than the first one's: its times would be of something else.
 */
export const requireSameResults = async (
  { label }: Pick<Primitive, "label">,
  competitors: ReadonlyMap<string, PreparedPrimitive>,
): Promise<void> => {
  let expected: { readonly of: string; readonly text: string } | undefined;
  for (const [id, { run, result }] of competitors) {
    await run();
    const text = (await result()).join();
    expected ??= { of: id, text };
    if (text === expected.text) continue;
    throw new Error(`${id} gives another result than ${expected.of}: ${label}`);
  }
};

/** @throws Error when not all bytes are the same. */
export const requireSameBytes = (what: string, got: Uint8Array, expected: Uint8Array): void => {
  const isSame =
    got.length === expected.length && got.every((byte, index) => byte === expected[index]);
  if (!isSame) throw new Error(`${what} is not what it should be`);
};
