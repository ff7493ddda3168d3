/** LEB128, the variable-length integers of the WebAssembly binary format. */

export const unsigned = (value: number): readonly number[] => {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
};

export const signed = (value: bigint): readonly number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    // The sign is the last byte's bit 6.
    const ended = (rest === 0n && low < 64) || (rest === -1n && low >= 64);
    bytes.push(ended ? low : low + 128);
    if (ended) return bytes;
  }
};
