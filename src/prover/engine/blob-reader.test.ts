import { describe, expect, it } from "vitest";
import type { BlobLike } from "../../artifacts/protocol.ts";
import { blobReader } from "./blob-reader.ts";

const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);

/** Counts how often the file is read. */
const countedBlob = () => {
  let reads = 0;
  const countReads = (blob: Blob): BlobLike => ({
    size: blob.size,
    slice: (from, to) => countReads(blob.slice(from, to)),
    arrayBuffer: () => {
      reads += 1;
      return blob.arrayBuffer();
    },
  });
  return { blob: countReads(new Blob([bytes])), reads: () => reads };
};

describe("blobReader", () => {
  it("gives what is asked for, in any order", async () => {
    const { read, size } = blobReader(countedBlob().blob, 32);
    expect(size).toBe(100);
    for (const [from, to] of [
      [0, 10],
      [10, 42],
      [95, 100],
      [5, 6],
      [0, 100],
      [50, 50],
    ] as const)
      expect(await read(from, to)).toEqual(bytes.subarray(from, to));
  });

  it("reads the file a window at a time", async () => {
    const { blob, reads } = countedBlob();
    const { read } = blobReader(blob, 25);
    for (let at = 0; at < 100; at += 5) await read(at, at + 5);
    expect(reads()).toBe(4);
  });

  it("gives fewer bytes where the file ends, and none behind it", async () => {
    const { read } = blobReader(countedBlob().blob, 32);
    expect(await read(90, 200)).toEqual(bytes.subarray(90));
    expect(await read(100, 110)).toHaveLength(0);
    expect(await read(150, 160)).toHaveLength(0);
  });

  it("fails as the file does", async () => {
    const gone: BlobLike = {
      size: 100,
      slice: () => gone,
      arrayBuffer: () => Promise.reject(new Error("gone")),
    };
    await expect(blobReader(gone).read(0, 10)).rejects.toThrow("gone");
  });
});
