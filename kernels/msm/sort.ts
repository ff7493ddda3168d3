/** From scalars to lists of points by bucket: a counting sort by signed digit. Bucket k of a window takes digits +-(k + 1). */
import { i32, i64, type I32, type ModuleBuilder } from "../asm/index.ts";
import { POINTER_BYTES } from "../curve/pairs.ts";
import { TERM_BYTES } from "./split.ts";
import { get, itemAt, put } from "./work.ts";

/** Digits are kept as u16: twice their magnitude, plus 1 when negative. Their windows have 15 bits at most. */
const DIGIT_BYTES = 2;

export const emitSort = (module: ModuleBuilder): void => {
  emitDigits(module);
  emitOffsets(module);
  emitPlace(module);
  emitKeep(module);
};

/**
 * `msmDigits(work, digits, bit, width, bias, segment)`: writes the digits of one window of all terms, `width` bits from
 * `bit` on less `bias`, and counts them in `lengths` from `segment` on. Reads up to 3 bytes beyond the terms' scalars.
 */
const emitDigits = (module: ModuleBuilder): void => {
  const params = {
    ...({ work: "i32", digits: "i32", bit: "i32" } as const),
    ...({ width: "i32", bias: "i32", segment: "i32" } as const),
  };
  module.export({ name: "msmDigits", params }, (f, params) => {
    const { work, digits, bit, width, bias, segment } = params;
    const [digit, sign, count] = [
      f.local("i32", "digit"),
      f.local("i32", "sign"),
      f.local("i32", "count"),
    ];
    const mask = f.let("mask", i32.sub(i32.shl(i32.const(1), width), i32.const(1)));
    const from = i32.add(get(work, "termScalars"), i32.shrU(bit, i32.const(3)));
    const scalars = f.let("scalars", from);
    const shift = f.let("shift", i32.and(bit, i32.const(7)));
    // Digit 1 is counted in the first place.
    const base = i32.sub(itemAt(get(work, "lengths"), segment), i32.const(POINTER_BYTES));
    const counts = f.let("counts", base);
    const end = f.let("end", endOfDigits(work, digits));
    f.while(
      () => i32.ltU(digits, end),
      () => {
        f.set(digit, i32.shrU(i32.load(scalars), shift));
        f.set(digit, i32.sub(i32.and(digit, mask), bias));
        f.set(sign, i32.shrU(digit, i32.const(31)));
        f.if(sign, () => f.set(digit, i32.sub(i32.const(0), digit)));
        f.do(i32.store16(digits, i32.or(i32.shl(digit, i32.const(1)), sign)));
        f.if(digit, () => {
          f.set(count, itemAt(counts, digit));
          f.do(i32.store(count, i32.add(i32.load(count), i32.const(1))));
        });
        f.set(digits, i32.add(digits, i32.const(DIGIT_BYTES)));
        f.set(scalars, i32.add(scalars, i32.const(TERM_BYTES)));
      },
    );
  });
};

const endOfDigits = (work: I32, digits: I32): I32 =>
  i32.add(digits, i32.mul(get(work, "terms"), i32.const(DIGIT_BYTES)));

/** `msmOffsets(work, segments)`: lays the lists out, each beginning with what its bucket holds already. */
const emitOffsets = (module: ModuleBuilder): void => {
  module.export(
    { name: "msmOffsets", params: { work: "i32", segments: "i32" } },
    (f, { work, segments }) => {
      const length = f.let("length", get(work, "lengths"));
      const end = f.let("end", itemAt(length, segments));
      const bucket = f.let("bucket", get(work, "buckets"));
      const offset = f.let("offset", get(work, "offsets"));
      const items = f.let("items", get(work, "items"));
      const next = f.let("next", i32.const(0));
      const counted = f.local("i32", "counted");
      f.while(
        () => i32.ltU(length, end),
        () => {
          f.do(i32.store(offset, next));
          f.set(counted, i32.load(length));
          f.do(i32.store(length, i32.const(0)));
          f.if(i32.load(bucket), () => {
            f.do(i32.store(itemAt(items, next), i32.load(bucket)));
            f.do(i32.store(length, i32.const(1)));
            f.set(next, i32.add(next, i32.const(1)));
          });
          f.set(next, i32.add(next, counted));
          for (const pointer of [length, bucket, offset])
            f.set(pointer, i32.add(pointer, i32.const(POINTER_BYTES)));
        },
      );
      // Sums may be kept in the buckets' own places, and from `free` on.
      f.do(put(work, "writable", get(work, "bucketPoints")));
      f.do(put(work, "next", get(work, "free")));
      f.do(put(work, "segments", segments));
      for (const word of ["segment", "longest", "pairs"] as const)
        f.do(put(work, word, i32.const(0)));
    },
  );
};

/** `msmPlace(work, digits, segment)`: puts the terms' points into the lists of one window. */
const emitPlace = (module: ModuleBuilder): void => {
  const params = { work: "i32", digits: "i32", segment: "i32" } as const;
  module.export({ name: "msmPlace", params }, (f, { work, digits, segment }) => {
    const [digit, place, length] = [
      f.local("i32", "digit"),
      f.local("i32", "place"),
      f.local("i32", "length"),
    ];
    f.set(segment, i32.sub(segment, i32.const(1)));
    const lengths = f.let("lengths", itemAt(get(work, "lengths"), segment));
    const offsets = f.let("offsets", itemAt(get(work, "offsets"), segment));
    const items = f.let("items", get(work, "items"));
    const point = f.let("point", get(work, "termPoints"));
    const end = f.let("end", endOfDigits(work, digits));
    f.while(
      () => i32.ltU(digits, end),
      () => {
        f.set(digit, i32.load16U(digits));
        f.if(i32.gtU(digit, i32.const(1)), () => {
          f.set(place, i32.and(i32.shl(digit, i32.const(1)), i32.const(-POINTER_BYTES)));
          f.set(length, i32.load(i32.add(lengths, place)));
          f.do(i32.store(i32.add(lengths, place), i32.add(length, i32.const(1))));
          f.set(length, i32.add(length, i32.load(i32.add(offsets, place))));
          const signed = i32.xor(i32.load(point), i32.and(digit, i32.const(1)));
          f.do(i32.store(itemAt(items, length), signed));
        });
        f.set(point, i32.add(point, i32.const(POINTER_BYTES)));
        f.set(digits, i32.add(digits, i32.const(DIGIT_BYTES)));
      },
    );
  });
};

/**
 * `msmKeep(work, pointBytes)`: the sums become what the buckets hold. Those that lie where the next ones will, and images,
 * are copied to the buckets' own places.
 */
const emitKeep = (module: ModuleBuilder): void => {
  module.export(
    { name: "msmKeep", params: { work: "i32", pointBytes: "i32" } },
    (f, { work, pointBytes }) => {
      const bucket = f.let("bucket", get(work, "buckets"));
      const end = f.let("end", itemAt(bucket, get(work, "segments")));
      const place = f.let("place", get(work, "bucketPoints"));
      const [length, offset] = [
        f.let("length", get(work, "lengths")),
        f.let("offset", get(work, "offsets")),
      ];
      const [from, word, sign] = [
        f.local("i32", "from"),
        f.local("i32", "word"),
        f.local("i32", "sign"),
      ];
      const free = f.let("free", get(work, "free"));
      const used = f.let("used", i32.sub(get(work, "next"), free));
      const images = f.let("images", get(work, "images"));
      const imageBytes = f.let("imageBytes", i32.sub(get(work, "imagesEnd"), images));
      f.while(
        () => i32.ltU(bucket, end),
        () => {
          f.set(from, i32.const(0));
          f.if(i32.load(length), () =>
            f.set(from, i32.load(itemAt(get(work, "items"), i32.load(offset)))),
          );
          const isSum = i32.ltU(i32.sub(from, free), used);
          f.if(i32.or(isSum, i32.ltU(i32.sub(from, images), imageBytes)), () => {
            f.set(sign, i32.and(from, i32.const(1)));
            f.set(from, i32.sub(from, sign));
            f.for(word, { from: i32.const(0), to: pointBytes, step: 8 }, () => {
              f.do(i64.store(i32.add(place, word), i64.load(i32.add(from, word))));
            });
            f.set(from, i32.or(place, sign));
          });
          f.do(i32.store(bucket, from));
          f.set(place, i32.add(place, pointBytes));
          for (const pointer of [bucket, length, offset])
            f.set(pointer, i32.add(pointer, i32.const(POINTER_BYTES)));
        },
      );
    },
  );
};
