#!/usr/bin/env node
import { register } from "tsx/esm/api";

// The command line is TypeScript and is run as it is.
register();
await import("../cli/main.ts");
