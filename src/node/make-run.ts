/** Makes one life of a node from its settings: who it is, whom it speaks to, and with what. */
import type { NodeNews } from "../domain/event.ts";
import { NodeFailure } from "../domain/failure.ts";
import { workerId as parseWorkerId, type WorkerId } from "../domain/ids.ts";
import type { Log } from "../domain/log.ts";
import { guarded } from "./guarded.ts";
import { isKernel, ProverKernels, requireKernel } from "./prover-kernels.ts";
import { EnrolledIdentity } from "./identity.ts";
import type { NodeNeeds } from "./node-needs.ts";
import type { Sender } from "./outbox/outboxes.ts";
import type { PagePort } from "./page-port.ts";
import type { Settings } from "./protocol.ts";
import { Run } from "./run.ts";
import { whileRunning, type Loaded } from "./settings/settings.ts";
import type { Shelf } from "./shelf.ts";
import { MetricsBook } from "./telemetry/metrics.ts";

export type MakeRunNeeds = Pick<
  NodeNeeds,
  | "about"
  | "clock"
  | "connect"
  | "memoryBudgetBytes"
  | "random"
  | "spawnProver"
  | "togetherFrom"
  | "store"
> & {
  readonly log: Log;
  readonly page: PagePort;
  readonly shelf: Shelf;
  readonly leads: () => Promise<boolean>;
  /** Keeps a secret out of the log. */
  readonly hide: (secret: string) => void;
  readonly hidden: () => boolean;
  readonly tell: (news: NodeNews) => void;
  readonly pageOrigin: string;
  /** The settings as they are now. */
  readonly latest: () => Settings;
};

/** @throws NodeFailure "settings" for an id that has no form; the signal's reason: it may be aborted before there is a run. */
export const makeRun = async (
  needs: MakeRunNeeds,
  loaded: Loaded,
  signal: AbortSignal,
): Promise<Run> => {
  const { values } = loaded.effective;
  const origin = values.coordinatorAddress === "" ? needs.pageOrigin : values.coordinatorAddress;
  const workerId = parseWorkerId(values.id);
  if (workerId === undefined) {
    throw new NodeFailure("settings", `id ${JSON.stringify(values.id)} does not have its form`);
  }
  needs.tell({ type: "identity", workerId });
  const store = needs.store.values;
  const { hide: secret, random } = needs;
  const identity = new EnrolledIdentity({ store, origin, workerId, random, secret });
  await identity.open();
  const earlier = await earlierOutboxes(needs, scopeOf(origin, workerId));
  // The shelf is the node's: a start that was given up must not open it under a later one.
  signal.throwIfAborted();
  const { pinnedKeys } = loaded;
  await needs.shelf.open({
    ...{ coordinatorOrigin: origin, pinnedKeys },
    ...{ engine: values.engine, provers: values.concurrency },
  });
  const kernels = new ProverKernels(needs.shelf);
  if (isKernel(values.engine)) requireKernel(values.engine, await kernels.choose());
  signal.throwIfAborted();
  return runFor({ ...needs, earlier, identity, kernels, origin }, values);
};

/** Whose reports an outbox holds. Neither an origin nor an id has a space in it. */
const scopeOf = (origin: string, workerId: WorkerId): string => `${origin} ${workerId}`;

const earlierOutboxes = async (
  needs: MakeRunNeeds,
  current: string,
): Promise<readonly Sender[]> => {
  const scopes = await needs.store.outboxScopes();
  return scopes.flatMap((scope) => {
    const [origin = "", id = ""] = scope.split(" ");
    const workerId = parseWorkerId(id);
    if (scope === current || workerId === undefined) return [];
    const coordinator = needs.connect({
      origin,
      workerId,
      called: () => undefined,
      token: () => "",
    });
    const send: Sender["send"] = async (report, signal) => {
      if (await needs.leads()) return coordinator.report(report, signal);
      throw new NodeFailure("cancelled", "another tab leads");
    };
    return [{ store: needs.store.outbox(scope), send }];
  });
};

type RunMakerNeeds = MakeRunNeeds & {
  readonly earlier: readonly Sender[];
  readonly identity: EnrolledIdentity;
  readonly kernels: ProverKernels;
  readonly origin: string;
};

const runFor = (needs: RunMakerNeeds, started: Settings): Run => {
  const { about, clock, earlier, hidden, identity, kernels, log, memoryBudgetBytes } = needs;
  const { origin, random, shelf } = needs;
  const { workerId } = identity;
  const metrics = new MetricsBook();
  const coordinator = needs.connect({
    ...{ origin, workerId },
    called: (method, status) => metrics.called(method, status),
    token: () => identity.token,
  });
  const page = needs.page.side(`${origin}/coordinator.CoordinatorService/SendHeartbeat`);
  return new Run({
    ...{ clock, earlier, hidden, log, memoryBudgetBytes, metrics, random },
    ...guarded({ coordinator, page }, needs.leads),
    settings: () => whileRunning(started, needs.latest()),
    spawn: (lane) => needs.spawnProver(lane, kernels.compiled()),
    togetherFrom: needs.togetherFrom,
    load: (wanted, heard) => shelf.load(wanted, heard),
    doubt: (doubt) => void shelf.distrust(doubt),
    outbox: needs.store.outbox(scopeOf(origin, workerId)),
    identity: {
      offer: () => ({
        ...{ workerId, memoryBudgetBytes },
        buildVersion: about.version,
        cores: about.cores,
        cachedZkeys: shelf.zkeys,
        kernels: kernels.names,
        token: identity.token,
      }),
      registered: (registration) => identity.registered(registration),
    },
    show: needs.tell,
  });
};
