/**
 * A worker of the seed's kind that lost its stream opens it again without registering. After a restart of the coordinator
 * its registration is taken from the database, so that it goes on as if nothing had been.
 */
import type { HandlerContext } from "@connectrpc/connect";
import { sameHash } from "../access/keys.ts";
import { hashKey } from "../queue/keys.ts";
import type { Session } from "../dispatch/session.ts";
import { bearerOf, legacyTokenHash, mayBeLegacy } from "./caller.ts";
import type { WorkerClaim } from "./caller.ts";
import { parseCircuits } from "./register-worker.ts";
import type { Services } from "./services.ts";

/** The session of a known legacy worker, made again; undefined = it must register. */
export const reviveLegacy = async (
  services: Services,
  context: HandlerContext,
  claim: WorkerClaim,
): Promise<Session | undefined> => {
  // Our own workers name their session and register again when it is unknown.
  if (claim.sessionId !== "") return undefined;
  const stored = await services.storedWorker(claim.workerId);
  if (stored?.tokenHash === undefined) return undefined;
  const bearer = bearerOf(context);
  const legacy = bearer === "" && mayBeLegacy(services.settings, context);
  const presented = legacy ? legacyTokenHash(services.settings, claim.workerId) : hashKey(bearer);
  if (!sameHash(presented, stored.tokenHash)) return undefined;
  const outcome = await services.dispatch.register({
    workerId: claim.workerId,
    profile: {
      protocolVersion: 0,
      buildVersion: stored.buildVersion,
      circuits: parseCircuits(stored.capabilities.circuits),
      curves: ["bn128"],
      deniedCircuits: [],
      memoryBudgetBytes: 0,
      nodeClass: 0,
      maxConcurrentTasks: stored.maxConcurrentTasks,
    },
    tokenHash: presented,
    freshTokenHash: presented,
    capabilities: stored.capabilities,
    heldAttempts: [],
  });
  return outcome.outcome === "refused" ? undefined : outcome.session;
};
