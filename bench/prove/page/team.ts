/** The page's side of a team: its workers, and proofs by some of them. */
import { wrap, type Remote } from "comlink";
import { createTeam } from "../../../src/domain/team.ts";
import type { CoreProof } from "../../../src/groth16/proof.ts";
import type { MemberWorker } from "../together.ts";

let members: readonly Remote<MemberWorker>[] = [];

const start = (): Remote<MemberWorker> =>
  wrap<MemberWorker>(
    new Worker(new URL("./together.worker.ts", import.meta.url), { type: "module" }),
  );

/** False when the browser does not take the kernel's instructions. */
export const startTeam = async (
  ...[kernel, circuit, count]: Parameters<MemberWorker["prepare"]>
): Promise<boolean> => {
  members = Array.from({ length: count }, start);
  const key = await members[0]?.prepare(kernel, circuit, count);
  if (key === undefined) return false;
  await Promise.all(members.map((member, lane) => member.join(key, lane, circuit)));
  return true;
};

/** By the first `count` members; one is alone. */
export const proveInTeam = async (count: number): Promise<CoreProof> => {
  const [leader, ...helpers] = members.slice(0, count);
  if (leader === undefined) throw new Error("the team is not started");
  if (helpers.length === 0) return leader.prove(undefined);
  const team = createTeam();
  const helping = helpers.map((helper, index) => {
    team.lend(index + 1);
    return helper.help(team.buffer, index + 1);
  });
  const proof = await leader.prove(team.buffer);
  await Promise.all(helping);
  return proof;
};
