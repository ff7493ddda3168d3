/** Entry of a thread that does to its pool whatever its job says. */
import { serveJobs } from "../thread-server.ts";

export type StubbornJob =
  | { readonly act: "echo"; readonly text: string }
  | { readonly act: "hang" | "die" | "throw" | "eat" };

serveJobs(async (job: StubbornJob) => {
  switch (job.act) {
    case "echo":
      return job.text;
    case "hang":
      for (;;);
    case "die":
      process.exit(3);
    // Unreachable: process.exit does not return.
    case "throw":
      throw new RangeError("as asked");
    case "eat": {
      const eaten: number[][] = [];
      for (;;) eaten.push(new Array<number>(1e6).fill(1.5));
    }
  }
});
