/** Brings the prover's kernels into the page: built by their generator, named by their content, loaded on demand. */
import type { Plugin } from "vite";
import { kernelIds } from "../kernels/field/field.ts";
import { buildKernelModule, type KernelModule } from "../kernels/modules.ts";

const ID = "virtual:kernels";
const RESOLVED = `\0${ID}`;
/** Where development serves them. */
const FOLDER = "/@kernels/";

export const kernelModules = (): Plugin => {
  let building = false;
  const built = new Map<string, KernelModule>();
  const modules = (): readonly KernelModule[] => {
    if (built.size === 0) for (const module of buildAll()) built.set(module.name, module);
    return [...built.values()];
  };
  return {
    name: "kernel-modules",
    configResolved: ({ command }) => {
      building = command === "build";
    },
    resolveId: (id) => (id === ID ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      const entries = modules().map(({ name, layout, bytes }) => {
        const url = building
          ? `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: "asset", name: `${name}.wasm`, source: bytes })}`
          : JSON.stringify(`${FOLDER}${name}.wasm`);
        return `{ layout: ${JSON.stringify(layout)}, url: ${url} }`;
      });
      return `export const kernels = [${entries.join(",\n")}];`;
    },
    configureServer: (server) => {
      server.middlewares.use(FOLDER, (request, response, next) => {
        const found = modules().find(({ name }) => request.url === `/${name}.wasm`);
        if (found === undefined) {
          next();
          return;
        }
        response.setHeader("Content-Type", "application/wasm");
        response.end(found.bytes);
      });
    },
  };
};

const buildAll = (): readonly KernelModule[] =>
  (["bn128", "bls12381"] as const).flatMap((curve) =>
    kernelIds.map((kernel) => buildKernelModule(curve, kernel)),
  );
