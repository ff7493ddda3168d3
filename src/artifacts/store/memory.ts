import type { FileStore, StoredFile } from "./file-store.ts";
import { createTurns } from "./turns.ts";

/** Growth of a file's buffer: doubling keeps the copying of an append linear. */
const GROWTH = 2;

/** Files in memory: gone with the worker. For browsers and contexts without an origin private file system, and tests. */
export const openMemory = (): FileStore => {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const inTurn = createTurns();
  return {
    kind: "memory",
    use: (name, work) => inTurn(name, () => work(openFile(files, name))),
    blob: (name) => Promise.resolve(new Blob([files.get(name) ?? new Uint8Array()])),
    remove: (name) => {
      files.delete(name);
      return Promise.resolve();
    },
    list: () =>
      Promise.resolve(Array.from(files, ([name, bytes]) => ({ name, bytes: bytes.byteLength }))),
  };
};

/** Bytes become the store's on every change, as they would on disk; their buffer may have room behind them. */
const openFile = (files: Map<string, Uint8Array<ArrayBuffer>>, name: string): StoredFile => {
  let bytes = files.get(name) ?? new Uint8Array();
  const keep = (changed: Uint8Array<ArrayBuffer>): void => {
    bytes = changed;
    files.set(name, changed);
  };
  keep(bytes);
  return {
    size: () => bytes.byteLength,
    read: (into, at) => {
      const found = bytes.subarray(at, at + into.byteLength);
      into.set(found);
      return found.byteLength;
    },
    write: (added, at) => {
      keep(withRoom(bytes, at + added.byteLength));
      bytes.set(added, at);
    },
    truncate: (size) => {
      keep(size <= bytes.byteLength ? bytes.slice(0, size) : withRoom(bytes, size));
    },
    flush: () => undefined,
  };
};

/** The same bytes, `size` long at least; in the same buffer when it has the room. */
const withRoom = (bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> => {
  if (size <= bytes.byteLength) return bytes;
  if (size <= bytes.buffer.byteLength) return new Uint8Array(bytes.buffer, 0, size);
  const grown = new Uint8Array(new ArrayBuffer(Math.max(size, GROWTH * bytes.byteLength)), 0, size);
  grown.set(bytes);
  return grown;
};
