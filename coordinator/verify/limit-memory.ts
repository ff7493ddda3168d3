/**
 * Writes an upper limit into a module's own memory, so that a foreign circuit cannot grow it to four gigabytes within this
 * process. Source of the encoding: WebAssembly core specification 2.0, chapter 5.
 */
import { NodeFailure } from "../../src/domain/failure.ts";

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
/** Bit 0 of a memory's flags: a maximum follows the minimum. */
const HAS_MAXIMUM = 1;

/**
 * The module with each memory's maximum lowered to `maxPages` (64 KiB each). A module that WebAssembly.compile would
 * refuse may be returned as it is.
 *
 * @throws NodeFailure "artifact" when a memory begins larger than that, or has flags of a later kind (64-bit, shared).
 */
export const limitMemory = (module: Uint8Array, maxPages: number): Uint8Array => {
  let at = HEADER_BYTES;
  while (at < module.length) {
    const id = module[at];
    const size = readUnsigned(module, at + 1);
    const end = size.next + size.value;
    if (id === MEMORY_SECTION) {
      const body = limitSection(module.subarray(size.next, end), maxPages);
      const section = [MEMORY_SECTION, ...unsigned(body.length), ...body];
      return Buffer.concat([module.subarray(0, at), Buffer.from(section), module.subarray(end)]);
    }
    at = end;
  }
  return module;
};

const limitSection = (section: Uint8Array, maxPages: number): readonly number[] => {
  const count = readUnsigned(section, 0);
  const body = [...unsigned(count.value)];
  let at = count.next;
  for (let memory = 0; memory < count.value && at < section.length; memory += 1) {
    const flags = section[at] ?? 0;
    if (flags > HAS_MAXIMUM) throw refused(`has a memory with flags ${flags}`);
    const minimum = readUnsigned(section, at + 1);
    const maximum =
      flags === HAS_MAXIMUM
        ? readUnsigned(section, minimum.next)
        : { value: maxPages, next: minimum.next };
    if (minimum.value > maxPages) throw refused(`begins with ${minimum.value} pages of memory`);
    body.push(HAS_MAXIMUM, ...unsigned(minimum.value));
    body.push(...unsigned(Math.min(maximum.value, maxPages)));
    at = maximum.next;
  }
  return body;
};

const refused = (what: string): NodeFailure =>
  new NodeFailure("artifact", `the circuit's WASM ${what}, which is not computed here`);

/** LEB128 of at most 32 bits; what is cut off reads as zeros and fails to compile. */
const readUnsigned = (bytes: Uint8Array, start: number) => {
  let value = 0;
  let at = start;
  for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return { value, next: at };
};

const unsigned = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
