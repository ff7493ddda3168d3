/** A kernel's module with one wrong constant, for negative controls: arithmetic by it must be found out. */

const CODE_SECTION = 10;
const DATA_SECTION = 11;
const I64_CONST = 0x42;
/** Immediates so long are limbs and factors; shorter ones may be shifts. */
const LONG_IMMEDIATE = 4;

/** A copy in which one bit of a constant is another, wherever the module has that constant: in its data, else in its code. */
export const withWrongConstant = (module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  const sections = sectionsOf(module);
  // Kernels without constants in memory have the section all the same: a count of 0.
  const data = sections.find(({ id, from, to }) => id === DATA_SECTION && to > from + 1);
  const code = sections.find(({ id }) => id === CODE_SECTION);
  if (data !== undefined) return flipped(module, [firstDataByte(module, data.from)]);
  if (code === undefined) throw new Error("the module has no code");
  return flipped(module, placesOfCommonest(module, code));
};

type Section = { readonly id: number; readonly from: number; readonly to: number };

const HEADER_BYTES = 8;

const sectionsOf = (module: Uint8Array): readonly Section[] => {
  const sections: Section[] = [];
  for (let at = HEADER_BYTES; at < module.length;) {
    const size = readUnsigned(module, at + 1);
    const to = size.next + size.value;
    sections.push({ id: module[at] ?? 0, from: size.next, to });
    at = to;
  }
  return sections;
};

/** LEB128. */
const readUnsigned = (bytes: Uint8Array, from: number) => {
  let value = 0;
  for (let at = from, shift = 0; ; at += 1, shift += 7) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
};

/** Of an active segment: count, flags 0, i32.const, address, end, length, bytes. */
const firstDataByte = (module: Uint8Array, from: number): number => {
  const count = readUnsigned(module, from);
  const address = readUnsigned(module, count.next + 2);
  return readUnsigned(module, address.next + 1).next;
};

/** Where the i64 constant that stands most often in the code begins: all fields' arithmetic hangs on it. */
const placesOfCommonest = (module: Uint8Array, { from, to }: Section): readonly number[] => {
  const places = new Map<string, number[]>();
  for (let at = from; at < to; at += 1) {
    if (module[at] !== I64_CONST) continue;
    const { next } = readUnsigned(module, at + 1);
    if (next - at <= LONG_IMMEDIATE) continue;
    const immediate = module.subarray(at + 1, next).join();
    const found = places.get(immediate);
    if (found === undefined) places.set(immediate, [at + 1]);
    else found.push(at + 1);
  }
  return [...places.values()].reduce((most, found) => (found.length > most.length ? found : most));
};

const flipped = (
  module: Uint8Array<ArrayBuffer>,
  places: readonly number[],
): Uint8Array<ArrayBuffer> => {
  const copy = module.slice();
  for (const place of places) copy[place] = (copy[place] ?? 0) ^ 1;
  return copy;
};
