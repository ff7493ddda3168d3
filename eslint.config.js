// Lint rules: types first, small parts, and each realm held to what it may touch. docs/style.md says why.
import comments from "@eslint-community/eslint-plugin-eslint-comments/configs";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const tests = ["**/*.test.ts", "**/*.test.tsx", "e2e/**/*.ts", "**/testing/**/*.ts"];
const configFiles = ["*.config.{js,ts}", "e2e/playwright.config.ts", "e2e/setup.ts"];

const defaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Export by name: one word for one thing everywhere.",
};
const enumeration = {
  selector: "TSEnumDeclaration",
  message: "Use a union of strings: it costs nothing at run time and crosses workers as it is.",
};
const plainError = {
  selector: "ThrowStatement > NewExpression[callee.name='Error']",
  message:
    "Throw the realm's own failure type (NodeFailure, CoordinatorFailure, CliFailure) with its code.",
};

const network = {
  name: "fetch",
  message:
    "Only src/platform/ and src/artifacts/ reach the network; take a transport as a parameter.",
};
const storage = {
  name: "localStorage",
  message: "Only src/platform/ reaches storage; take a store as a parameter.",
};
const youngSignal = {
  object: "AbortSignal",
  property: "any",
  message: "Younger than the browsers that index.html names: use anySignal of src/domain/.",
};

export default defineConfig(
  globalIgnores(["dist/", ".cache/", ".data/", "src/gen/", "public/", "test-results/"]),
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/strict-boolean-expressions": [
        "error",
        { allowString: false, allowNumber: false },
      ],
      "@typescript-eslint/ban-ts-comment": [
        "error",
        { "ts-expect-error": "allow-with-description", minimumDescriptionLength: 10 },
      ],
      // A number in a message reads as one; anything else must say how it is written.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" },
      ],
      // An async function without await still turns a throw into a rejection, as its interface promises.
      "@typescript-eslint/require-await": "off",
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }],
      "max-depth": ["error", 3],
      "max-params": ["error", 3],
      // "modified": a switch over a union is a table and counts once.
      complexity: ["error", { max: 10, variant: "modified" }],
      "no-console": "error",
      "no-restricted-syntax": ["error", defaultExport, enumeration, plainError],
    },
  },
  {
    files: ["**/*.{ts,tsx,js,mjs}"],
    extends: [comments.recommended],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@eslint-community/eslint-comments/require-description": "error",
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/platform/**", "src/artifacts/**", ...tests],
    rules: { "no-restricted-globals": ["error", network, storage] },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: { "no-restricted-properties": ["error", youngSignal] },
  },
  {
    files: ["src/domain/**/*.ts"],
    ignores: tests,
    rules: {
      "no-restricted-globals": [
        "error",
        network,
        storage,
        { name: "Date", message: "Time is handed in: src/domain/ is pure." },
      ],
      "no-restricted-properties": [
        "error",
        youngSignal,
        {
          object: "Math",
          property: "random",
          message: "Chance is handed in: src/domain/ is pure.",
        },
      ],
    },
  },
  {
    files: ["src/ui/**/*.{ts,tsx}", "src/main.tsx"],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    // Ambient declarations of other people's modules follow their form.
    files: ["**/*.d.ts"],
    rules: {
      "@typescript-eslint/consistent-type-definitions": "off",
      "max-params": "off",
      "no-restricted-syntax": "off",
    },
  },
  {
    // A describe block is a table of facts, not a function: its length says nothing, nor do the columns of it.each.
    files: tests,
    rules: {
      "max-params": "off",
      "max-lines-per-function": "off",
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "no-restricted-syntax": ["error", defaultExport, enumeration],
    },
  },
  {
    // These are programs, not modules: they speak to a terminal, and their failure ends them.
    files: ["scripts/**/*.ts", "bench/**/*.ts", "circuits/**/*.ts"],
    rules: {
      "no-console": "off",
      "no-restricted-syntax": ["error", defaultExport, enumeration],
    },
  },
  {
    files: [...configFiles, "src/main.tsx", "coordinator/main.ts", "cli/main.ts", "**/*.worker.ts"],
    rules: { "no-restricted-syntax": ["error", enumeration] },
  },
);
