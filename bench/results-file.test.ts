import { describe, expect, it } from "vitest";
import { replaceSection } from "./results-file.ts";

const section = (command: string, text: string): string =>
  `<!-- begin: ${command} -->\n\n${text}\n\n<!-- end: ${command} -->`;

const two = `# Results\n\n${section("npm run bench", "old")}\n\n${section("npm run bench:prove", "other")}\n`;

describe("replaceSection", () => {
  it("replaces a command's own section and nothing else", () => {
    expect(replaceSection(two, "npm run bench", "new\n")).toBe(
      `# Results\n\n${section("npm run bench", "new")}\n\n${section("npm run bench:prove", "other")}\n`,
    );
  });

  it("tells a command from one whose name begins with it", () => {
    expect(replaceSection(two, "npm run bench:prove", "new")).toBe(
      `# Results\n\n${section("npm run bench", "old")}\n\n${section("npm run bench:prove", "new")}\n`,
    );
  });

  it("puts a section that is not there yet at the end", () => {
    expect(replaceSection("# Results\n", "npm run bench", "new")).toBe(
      `# Results\n\n${section("npm run bench", "new")}\n`,
    );
  });

  it("gives the same when it is done twice", () => {
    const once = replaceSection(two, "npm run bench", "new");
    expect(replaceSection(once, "npm run bench", "new")).toBe(once);
  });

  it("takes a section as it is, also with what replace() would read as a pattern", () => {
    expect(replaceSection(two, "npm run bench", "$& $1")).toContain("\n$& $1\n");
  });

  it.each([
    ["no end", "<!-- begin: npm run bench -->\n"],
    ["no beginning", "<!-- end: npm run bench -->\n"],
    ["its end first", "<!-- end: npm run bench -->\n<!-- begin: npm run bench -->\n"],
  ])("refuses a section with %s", (_what, document) => {
    expect(() => replaceSection(document, "npm run bench", "new")).toThrow(
      'must have "<!-- begin: npm run bench -->" and after it',
    );
  });
});
