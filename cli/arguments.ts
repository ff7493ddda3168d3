/** Option values from their text; what cannot be read is refused with the option's name by commander. */
import { InvalidArgumentError } from "commander";

export const wholeNumber = (text: string): number => {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
};

export const seconds = (text: string): number => {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a number of seconds above 0.");
};

/** Comma list; an empty place stays empty. */
export const list = (text: string): readonly string[] => text.split(",").map((part) => part.trim());
