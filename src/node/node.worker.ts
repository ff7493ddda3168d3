// Entry of the node worker: wiring only.
import { expose } from "comlink";
import { TOGETHER_FROM_DOMAIN } from "../domain/limits.ts";
import { clock } from "../platform/worker/clock.ts";
import { about, memoryBudgetBytes } from "../platform/worker/device.ts";
import { postFrame, readConfig } from "../platform/worker/http.ts";
import { printLine } from "../platform/worker/print.ts";
import { random } from "../platform/worker/random.ts";
import { spawnArtifacts, spawnProver, spawnVerifier } from "../platform/worker/spawn.ts";
import { openStorage } from "../platform/worker/storage.ts";
import { leaderLock, tabChannel } from "../platform/worker/tabs.ts";
import { coordinatorOver, gRpcWeb } from "../platform/worker/transport.ts";
import type { TabMessage } from "./leadership.ts";
import { Node } from "./node.ts";

expose(
  new Node({
    ...{ about, clock, memoryBudgetBytes, random, readConfig },
    ...{ spawnArtifacts, spawnProver, spawnVerifier },
    store: openStorage("prove-at-home"),
    lock: leaderLock,
    channel: tabChannel<TabMessage>(),
    connect: (options) => coordinatorOver(gRpcWeb(options.origin, options), options),
    post: postFrame,
    togetherFrom: TOGETHER_FROM_DOMAIN,
    print: printLine,
  }),
);
