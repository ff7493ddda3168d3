/** Stamped into the page when it is built: see `define` in vite.config.ts. */
declare const __VERSION__: string;
declare const __COMMIT__: string;

export const build = { version: __VERSION__, commit: __COMMIT__ };
