// What browsers, workers and Node.js all have, and ES2022's library lacks. Shared code may use exactly this.
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(bytes?: Uint8Array): string;
}
declare class URL {
  constructor(url: string, base?: string);
  readonly href: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly origin: string;
}
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(
    type: "abort",
    listener: () => void,
    options?: { once?: boolean; signal?: AbortSignal },
  ): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare namespace WebAssembly {
  /** Opaque here: made by the artifact worker or the coordinator, used by the witness calculator. */
  interface Module {
    readonly [Symbol.toStringTag]?: string;
  }
  const Module: {
    imports(module: Module): readonly ImportDescriptor[];
    exports(module: Module): readonly ExportDescriptor[];
  };
  /** Opaque here: made by the artifact worker, used by the provers. */
  interface Memory {
    readonly buffer: ArrayBufferLike;
  }
  interface ImportDescriptor {
    readonly module: string;
    readonly name: string;
    readonly kind: string;
  }
  interface ExportDescriptor {
    readonly name: string;
    readonly kind: string;
  }
  class Instance {
    constructor(
      module: Module,
      imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    );
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
