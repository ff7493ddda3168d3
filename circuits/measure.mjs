// Proves once in this fresh process and prints its peak resident set in bytes.
// Plain JavaScript, so that no compiler shares the process. Arguments: zkey wtns.
import * as snarkjs from "snarkjs";

const [zkey, wtns] = process.argv.slice(2);
await snarkjs.groth16.prove(zkey, wtns, undefined, { singleThread: true });
console.log(process.resourceUsage().maxRSS * 1024);
process.exit(0);
