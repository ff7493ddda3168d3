/** A program for tests that kill it: opens the embedded database in the folder of its first argument and stays. */
import { openDatabase } from "../open.ts";
import { silentLog } from "./silent-log.ts";

const database = await openDatabase({
  url: undefined,
  folder: process.argv[2] ?? "",
  log: silentLog,
});
process.stdout.write(`${database.url}\n`);
setInterval(() => undefined, 60_000);
