import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const projectRoot = path.resolve(import.meta.dirname, "..");
const ROWS = 54;

type Row = { readonly number: number; readonly text: string };

/** The table rows that begin with a number. */
const rowsOf = (markdown: string): readonly Row[] =>
  markdown
    .split("\n")
    .map((text) => ({ number: Number(/^\| *(\d+) *\|/.exec(text)?.[1] ?? Number.NaN), text }))
    .filter(({ number }) => !Number.isNaN(number));

const codeSpans = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");

/** "src/a.ts" is a file, "src/a.test.ts: title" a test in it. */
const testsIn = (row: Row) =>
  codeSpans(row.text)
    .map((code) => /^(\S+\.(?:test|spec)\.tsx?): (.+)$/.exec(code))
    .filter((match) => match !== null)
    .map(([, file = "", title = ""]) => ({ file, title }));

const filesIn = (row: Row): readonly string[] =>
  codeSpans(row.text).filter((code) => /^[\w.-]+(?:\/[\w.-]+)+\/?$/.test(code));

const problemsOf = (row: Row, root: string): readonly string[] => {
  const missing = filesIn(row).filter((file) => !exists(root, file));
  const problems = missing.map((file) => `row ${row.number}: ${file} is not there`);
  if (filesIn(row).length === 0) problems.push(`row ${row.number} names no file`);
  for (const { file, title } of testsIn(row)) {
    const text = exists(root, file) ? readFileSync(path.join(root, file), "utf8") : "";
    if (!text.includes(`"${title}"`))
      problems.push(`row ${row.number}: ${file} has no test "${title}"`);
  }
  const admits = /\bnot (?:done )?yet\b/.test(row.text);
  if (testsIn(row).length === 0 && !admits) {
    problems.push(`row ${row.number} names no test, and does not say that it is not yet done`);
  }
  return problems;
};

const exists = (root: string, file: string): boolean =>
  statSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined;

describe("docs/seed.md", () => {
  const rows = rowsOf(readFileSync(path.join(projectRoot, "docs/seed.md"), "utf8"));

  it("has every row once, in order", () => {
    expect(rows.map(({ number }) => number)).toEqual(
      Array.from({ length: ROWS }, (_, index) => index + 1),
    );
  });

  it("names files and tests that are there, in every row", () => {
    expect(rows.flatMap((row) => problemsOf(row, projectRoot))).toEqual([]);
  });

  it("would be found out: a missing file, a missing title, a row without a test", () => {
    const made = [
      "| 1 | x | `src/nowhere.ts` | `scripts/reports.test.ts: takes vitest's figures` |",
      "| 2 | x | `docs/seed.md` | `scripts/reports.test.ts: takes nobody's figures` |",
      "| 3 | x | `docs/seed.md` | |",
      "| 4 | x | `docs/seed.md` | not yet |",
      "| 5 | x | | not yet |",
    ].join("\n");
    expect(rowsOf(made).flatMap((row) => problemsOf(row, projectRoot))).toEqual([
      "row 1: src/nowhere.ts is not there",
      'row 2: scripts/reports.test.ts has no test "takes nobody\'s figures"',
      "row 3 names no test, and does not say that it is not yet done",
      "row 5 names no file",
    ]);
  });

  it("and every other page links only to files that are there", () => {
    const pages = readdirSync(path.join(projectRoot, "docs")).filter((name) =>
      name.endsWith(".md"),
    );
    const texts = ["README.md", ...pages.map((name) => `docs/${name}`)];
    const broken = texts.flatMap((file) => {
      const text = readFileSync(path.join(projectRoot, file), "utf8");
      const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)];
      return links
        .map(([, link = ""]) => path.join(path.dirname(file), link))
        .filter((link) => !exists(projectRoot, link))
        .map((link) => `${file} links to ${link}`);
    });
    expect(broken).toEqual([]);
  });
});
