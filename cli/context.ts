/** What a command is made with and works with. */
import type { Command } from "commander";
import type { ExitName } from "./failure.ts";
import type { Output } from "./output.ts";
import type { GlobalOptions, World } from "./world.ts";

export type Context = {
  readonly world: World;
  readonly output: Output;
  readonly options: GlobalOptions;
};

/** Each command's file exports one: its arguments, options and help, and the work that it runs. */
export type Definition = (frame: Frame) => Command;

export type Frame = {
  /** A new command that speaks and ends as all do. */
  readonly command: (name: string) => Command;
  /** Runs a command's work; its exit becomes the program's. */
  readonly run: (command: Command, work: (context: Context) => Promise<ExitName>) => Promise<void>;
};
