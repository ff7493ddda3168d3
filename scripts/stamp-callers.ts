import path from "node:path";
import type { Plugin } from "vite";

/** Code of the node worker; other code has no log of this kind. */
const logged = /\/src\/(node|platform\/worker)\/[^?]*\.ts(\?|$)/;
const call = /\b(log)\.(debug|info|warn|error)\(/g;

/**
 * Writes the place into each log call: `log.info(` in line 12 of link.ts becomes `log.at("link.ts:12").info(`, as a
 * browser has no cheap and sure way to know it when it runs. Lines stay lines, so that source maps hold.
 */
export const stampCallers = (code: string, file: string): string =>
  code
    .split("\n")
    .map((line, index) =>
      line.replace(call, `$1.at(${JSON.stringify(`${path.basename(file)}:${index + 1}`)}).$2(`),
    )
    .join("\n");

/** The same as a Vite plugin; before any other, since only then lines are those of the source. */
export const callerStamps = (): Plugin => ({
  name: "caller-stamps",
  enforce: "pre",
  transform: (code, id) => {
    const [file = id] = id.split("?");
    return logged.test(id) ? { code: stampCallers(code, file), map: null } : null;
  },
});
