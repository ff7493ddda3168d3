/** The WebAssembly memories that were made during a call. */
export type Recorded<Value> = {
  readonly value: Value;
  readonly memories: readonly WebAssembly.Memory[];
};

/**
 * Runs `build` and notes each WebAssembly.Memory that is constructed meanwhile. The memory in which snarkjs proves is
 * locked in a closure, so the one way to know what a prover takes is to see it being made.
 */
export const recordMemories = async <Value>(
  build: () => Promise<Value>,
): Promise<Recorded<Value>> => {
  const memories: WebAssembly.Memory[] = [];
  const original = WebAssembly.Memory;
  WebAssembly.Memory = new Proxy(original, {
    construct: (target, [descriptor]: [WebAssembly.MemoryDescriptor]) => {
      const memory = new target(descriptor);
      memories.push(memory);
      return memory;
    },
  });
  try {
    return { value: await build(), memories };
  } finally {
    WebAssembly.Memory = original;
  }
};
