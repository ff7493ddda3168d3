/** Brings the prover's kernels into the workers: named by their content, fetched only by who needs them. */
import type { Plugin } from "vite";
import { builtKernels, type BuiltKernel } from "./kernel-cache.ts";

const ID = "virtual:kernels";
const RESOLVED = `\0${ID}`;
/** Where development serves them. */
const FOLDER = "/@kernels/";

/** Both encodings by the names of their files. */
const filesOf = ({ name, own, shared }: BuiltKernel) => ({
  own: { name: `${name}.wasm`, source: own },
  shared: { name: `${name}.shared.wasm`, source: shared },
});

export const kernelModules = (): Plugin => {
  let building = false;
  return {
    name: "kernel-modules",
    configResolved: ({ command }) => {
      building = command === "build";
    },
    resolveId: (id) => (id === ID ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      const urlOf = ({ name, source }: { readonly name: string; readonly source: Uint8Array }) =>
        building
          ? `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: "asset", name, source })}`
          : JSON.stringify(`${FOLDER}${name}`);
      const entries = builtKernels().map((kernel) => {
        const { own, shared } = filesOf(kernel);
        const probe = `Uint8Array.of(${kernel.probe.join()})`;
        const layout = JSON.stringify(kernel.layout);
        return `{ layout: ${layout}, probe: ${probe}, url: ${urlOf(own)}, sharedUrl: ${urlOf(shared)} }`;
      });
      return `export const kernels = [${entries.join(",\n")}];`;
    },
    configureServer: (server) => {
      server.middlewares.use(FOLDER, (request, response, next) => {
        const files = builtKernels()
          .map(filesOf)
          .flatMap(({ own, shared }) => [own, shared]);
        const found = files.find(({ name }) => request.url === `/${name}`);
        if (found === undefined) {
          next();
          return;
        }
        response.setHeader("Content-Type", "application/wasm");
        response.end(found.source);
      });
    },
  };
};
