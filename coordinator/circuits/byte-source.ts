/** Random access to the bytes of a file, or of memory in tests. */
import type { FileHandle } from "node:fs/promises";

export type ByteSource = {
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes; fewer only where the source ends. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
};

export const bytesSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.byteLength,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});

/** The handle stays the caller's to close. */
export const fileSource = async (handle: FileHandle): Promise<ByteSource> => {
  const { size } = await handle.stat();
  return {
    size,
    read: async (offset, length) => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      let filled = 0;
      while (filled < buffer.byteLength) {
        const { bytesRead } = await handle.read(
          buffer,
          filled,
          buffer.byteLength - filled,
          offset + filled,
        );
        if (bytesRead === 0) return buffer.subarray(0, filled);
        filled += bytesRead;
      }
      return buffer;
    },
  };
};
