/** What was emitted, readable: the text format's words, one instruction a line, indented by structure. */
import type { ModuleBuilder } from "./module.ts";
import type { FunctionBuilder } from "./function.ts";

export const listing = (module: ModuleBuilder): string =>
  [`;; ${module.name}`, ...module.functions.map(functionListing)].join("\n\n") + "\n";

const functionListing = (built: FunctionBuilder): string => {
  const { name, params, results, names, code } = built;
  const head = [
    `func $${name}`,
    ...params.map((type, index) => `(param $${names[index] ?? ""} ${type})`),
    ...results.map((type) => `(result ${type})`),
  ].join(" ");
  let depth = 1;
  const lines = code.map(({ text, control }) => {
    if (control?.kind === "end" || control?.kind === "else") depth -= 1;
    const line = `${"  ".repeat(depth)}${text}`;
    if (opens.has(control?.kind ?? "")) depth += 1;
    return line;
  });
  return [head, ...lines].join("\n");
};

const opens: ReadonlySet<string> = new Set(["block", "loop", "if", "else"]);
