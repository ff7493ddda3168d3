/** What every benchmark reads from its surroundings. */
import { cpus } from "node:os";

/**
 * A count from the environment.
 *
 * @throws Error when the variable is set to anything but a whole number above 0.
 */
export const count = (name: string, fallback: number): number => {
  const value = Number(process.env[name] ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} is ${String(process.env[name])}; it must be a whole number above 0`);
};

/** What figures were measured on, for a reader who compares them. */
export const machine = (): string =>
  `${String(cpus().length)} x ${cpus()[0]?.model ?? "unknown"}, Node.js ${process.version}`;
