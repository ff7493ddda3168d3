/** The record in memory that the steps of one MSM share. Its order is that of `MsmWork` in layout.ts. */
import { i32, type Effect, type I32 } from "../asm/index.ts";
import { POINTER_BYTES } from "../curve/pairs.ts";

/** The first fourteen are the driver's; the rest belongs to the steps. */
const words = [
  "items",
  "offsets",
  "lengths",
  "list",
  "listGroups",
  "scratch",
  "buckets",
  "bucketPoints",
  "free",
  "termScalars",
  "termPoints",
  "sources",
  "images",
  "imagesEnd",
  "terms",
  "long",
  "writable",
  "next",
  "segments",
  "segment",
  "longest",
  "pairs",
] as const;
export type WorkWord = (typeof words)[number];

const offsetOf = (word: WorkWord): number => POINTER_BYTES * words.indexOf(word);

/** The word `word` of the record at `work`. */
export const get = (work: I32, word: WorkWord): I32 => i32.load(work, offsetOf(word));
export const put = (work: I32, word: WorkWord, value: I32): Effect =>
  i32.store(work, value, offsetOf(word));

/** The address of item `index` in a list of u32 at `list`. */
export const itemAt = (list: I32, index: I32): I32 => i32.add(list, i32.shl(index, i32.const(2)));
