import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

/** Screens fetched when they are opened: their texts come with the first of them, not with the page. */
const folders = ["about", "logs", "settings", "storage"];
const later = folders.map((folder) => `src/ui/${folder}/**`);

/** `npm run texts` writes what src/ui says into its catalogues; translators fill in the rest. */
export default defineConfig({
  locales: ["en", "es", "de", "fr", "zh-Hans", "ar"],
  sourceLocale: "en",
  catalogs: [
    { path: "src/ui/locales/{locale}/first-view", include: ["src/ui"], exclude: later },
    {
      path: "src/ui/locales/{locale}/screens",
      include: folders.map((folder) => `src/ui/${folder}`),
    },
  ],
  // Lines move with every change; files say where to look.
  format: formatter({ lineNumbers: false, printLinguiId: false }),
  orderBy: "origin",
});
