import { createSHA256 } from "hash-wasm";
import { CHUNK_BYTES, type StoredFile } from "./file-store.ts";

/**
 * SHA-256 of a file, hex, and its bytes copied into `into` (as long as the file) on the way. Streaming: one chunk of a
 * key of any size is in memory besides `into`. hash-wasm, since WebCrypto cannot stream and is missing without HTTPS.
 */
export const hashFile = async (file: StoredFile, into?: Uint8Array): Promise<string> => {
  const hash = await createSHA256();
  const chunk = new Uint8Array(CHUNK_BYTES);
  const size = file.size();
  for (let at = 0; at < size;) {
    // Read into a buffer of our own: browsers differ in whether a handle may read into shared memory.
    const count = file.read(chunk, at);
    if (count === 0) break;
    const bytes = chunk.subarray(0, count);
    hash.update(bytes);
    into?.set(bytes, at);
    at += count;
  }
  return hash.digest("hex");
};
