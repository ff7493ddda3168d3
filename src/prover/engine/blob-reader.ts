import type { BlobLike } from "../../artifacts/protocol.ts";
import type { ReadableKey } from "../../groth16/key-file.ts";

/**
 * Taken from the file at a time. Each time crosses to the browser's process and back: a key of 31 MB takes 100 ms to load by
 * 1 MiB, 60 ms by 8 MiB and 51 ms by 16 MiB. A proof takes more memory than that anyway, afterwards.
 */
const WINDOW_BYTES = 2 ** 24;

/** A Blob to read from its beginning to its end, however small the pieces that are asked for. */
export const blobReader = (file: BlobLike, windowBytes = WINDOW_BYTES): ReadableKey => {
  let begin = 0;
  let window = new Uint8Array();
  return {
    size: file.size,
    read: async (from, to) => {
      if (from < begin || to > begin + window.length) {
        const end = Math.max(to, from + windowBytes);
        window = new Uint8Array(await file.slice(from, end).arrayBuffer());
        begin = from;
      }
      return window.subarray(from - begin, to - begin);
    },
  };
};
