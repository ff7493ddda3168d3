/** What one message or call of an owner or administrator may weigh. Node-side limits are in src/domain/limits.ts. */

const MIB = 1 << 20;

/** Inputs of one job together; more go into a second job. */
export const MAX_SUBMIT_BYTES = 64 * MIB;
/** A chunk of an artifact (256 KiB) with its frame. */
export const MAX_CHUNK_BYTES = 300 * 1024;
/** Above it a proving key does not fit a browser's memory anyway. */
export const MAX_ARTIFACT_BYTES = 2_048 * MIB;
/** Every other request is a few ids. */
export const MAX_SMALL_BYTES = 16 * 1024;
/** A registration may name a thousand held attempts and cached keys. */
export const MAX_REGISTER_BYTES = 256 * 1024;
