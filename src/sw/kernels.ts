/**
 * Kernels, kept when they are fetched: which of them a device wants, and in which form, is known only when it has tried
 * them. Their names hold digests of their contents, so what is kept is never old.
 */

/** A cache, as far as it is used here. */
export type KernelCache = Pick<Cache, "delete" | "keys" | "match" | "put">;

const CACHE = "kernels";
/** Four of each curve, of this version of the page and of the one before. */
const KEPT = 16;

export const isKernel = (url: URL): boolean => /^\/assets\/[^/]+\.wasm$/.test(url.pathname);

export type KernelKeeping = {
  readonly open: (name: string) => Promise<KernelCache>;
  readonly fetch: (request: Request) => Promise<Response>;
};

export type KernelAnswer = {
  readonly response: Response;
  /** Resolves when the cache is as it is to be. Nobody needs to wait for it but the worker's own life. Never rejects. */
  readonly kept: Promise<void>;
};

/** From the cache, or fetched and put there. @throws what `fetch` does when it is neither kept nor to be had. */
export const answerKernel = async (
  request: Request,
  { open, fetch }: KernelKeeping,
): Promise<KernelAnswer> => {
  const cache = await open(CACHE);
  const known = await cache.match(request, { ignoreVary: true });
  if (known !== undefined) return { response: known, kept: Promise.resolve() };
  const response = await fetch(request);
  const kept = response.ok ? keep(cache, request, response.clone()) : Promise.resolve();
  return { response, kept };
};

const keep = async (cache: KernelCache, request: Request, response: Response): Promise<void> => {
  try {
    await cache.put(request, response);
    // In the order in which they came.
    const requests = await cache.keys();
    for (const oldest of requests.slice(0, -KEPT)) await cache.delete(oldest);
  } catch {
    // Storage is full or the answer was cut off: the kernel is fetched again when it is wanted again.
  }
};
