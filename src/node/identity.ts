/** Who this node is to its coordinator: its token, and the keys that it knows the coordinator's receipts by. */
import type { Random } from "../domain/clock.ts";
import type { WorkerId } from "../domain/ids.ts";
import type { Registration } from "../domain/session.ts";
import { randomHex } from "./random-hex.ts";

export type IdentityNeeds = {
  /** Durable values by name. */
  readonly store: {
    readonly get: (name: string) => Promise<unknown>;
    readonly set: (name: string, value: unknown) => Promise<void>;
  };
  readonly origin: string;
  readonly workerId: WorkerId;
  /** Of a secure generator. */
  readonly random: Random;
  /** Told of each token, so that no log line shows it. */
  readonly secret: (token: string) => void;
};

/** Keys of the last so many changes of the coordinator's key. */
const KNOWN_KEYS = 16;
/** 256 bits. */
const TOKEN_DIGITS = 64;

export class EnrolledIdentity {
  readonly workerId: WorkerId;
  readonly #needs: IdentityNeeds;
  #token = "";

  constructor(needs: IdentityNeeds) {
    this.#needs = needs;
    this.workerId = needs.workerId;
  }

  /** "" before `open`. */
  get token(): string {
    return this.#token;
  }

  /**
   * Takes the kept token, or draws one and keeps it. It is on the device before any coordinator hears it: a node whose
   * first registration was carried out, but whose answer was lost, is known by it when it asks again.
   */
  async open(): Promise<void> {
    const stored = await this.#needs.store.get(this.#tokenName);
    if (typeof stored === "string") this.#useToken(stored);
    else await this.#keepToken(randomHex(this.#needs.random, TOKEN_DIGITS));
  }

  /** Keeps what a registration gave. */
  async registered({ token, receiptKey }: Registration): Promise<void> {
    if (token !== "" && token !== this.#token) await this.#keepToken(token);
    if (receiptKey.length > 0) await this.#keepKey(receiptKey);
  }

  async #keepToken(token: string): Promise<void> {
    this.#useToken(token);
    await this.#needs.store.set(this.#tokenName, token);
  }

  #useToken(token: string): void {
    this.#token = token;
    this.#needs.secret(token);
  }

  /** An id of one coordinator is nobody at another. */
  get #tokenName(): string {
    return `token ${this.#needs.origin} ${this.#needs.workerId}`;
  }

  async #keepKey(key: Uint8Array): Promise<void> {
    const known = await receiptKeys(this.#needs.store);
    if (known.some((old) => sameBytes(old, key))) return;
    await this.#needs.store.set("receipt-keys", [...known.slice(-KNOWN_KEYS + 1), key]);
  }
}

/** Raw Ed25519 keys of the coordinators that this browser has registered with. */
export const receiptKeys = async (
  store: Pick<IdentityNeeds["store"], "get">,
): Promise<readonly Uint8Array[]> => {
  const stored = await store.get("receipt-keys");
  if (!Array.isArray(stored)) return [];
  return stored.filter((key) => key instanceof Uint8Array);
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
