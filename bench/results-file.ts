/** bench/RESULTS.md: one section for each command, which replaces its own and leaves the others as they are. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const file = path.join(import.meta.dirname, "RESULTS.md");

/** Replaces the section of `command` in bench/RESULTS.md. */
export const writeResults = async (command: string, section: string): Promise<void> => {
  await writeFile(file, replaceSection(await readFile(file, "utf8"), command, section));
};

/**
 * `document` with the section of `command` replaced, or put at the end when there is none yet.
 *
 * @throws Error when one of the section's two markers is missing or they stand in the wrong order: what would be replaced
 * is then unknown.
 */
export const replaceSection = (document: string, command: string, section: string): string => {
  const begin = `<!-- begin: ${command} -->`;
  const end = `<!-- end: ${command} -->`;
  const marked = `${begin}\n\n${section.trim()}\n\n${end}`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 && to < 0) return `${document.trimEnd()}\n\n${marked}\n`;
  if (from < 0 || to < from) {
    throw new Error(`RESULTS.md must have "${begin}" and after it "${end}", or neither`);
  }
  return document.slice(0, from) + marked + document.slice(to + end.length);
};
