/** A plugin for Vite: rewrites Lingui's macros in source files. What else there is of TypeScript and JSX stays as it is. */
import { transformAsync } from "@babel/core";
import linguiMacro from "@lingui/babel-plugin-lingui-macro";
import type { Plugin } from "vite";

const SOURCE = /\.tsx?$/;
const MACRO = /from "@lingui\/(?:core|react)\/macro"/;

export const linguiMacros = (): Plugin => ({
  name: "lingui-macros",
  enforce: "pre",
  transform: {
    filter: { id: SOURCE, code: MACRO },
    handler: async (code, id) => {
      const result = await transformAsync(code, {
        filename: id,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: ["typescript", "jsx"] },
        plugins: [linguiMacro],
      });
      return result?.code == null ? null : { code: result.code, map: JSON.stringify(result.map) };
    },
  },
});
