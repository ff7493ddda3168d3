/** What comes down the task stream: tasks go on, control messages are obeyed, what cannot be read is given back. */
import type { AttemptId } from "../domain/ids.ts";
import type { Log } from "../domain/log.ts";
import type { Control, Downlink } from "../domain/session.ts";
import type { Assignment } from "../domain/task.ts";

export type Receiver = {
  readonly log: Log;
  readonly control: (control: Control) => void;
  readonly giveBack: (attempt: AttemptId) => void;
  /** Tasks that come now are given back. */
  readonly stopping: () => boolean;
};

export async function* assignments(
  messages: AsyncIterable<Downlink>,
  receiver: Receiver,
): AsyncGenerator<Assignment> {
  for await (const message of messages) {
    const assignment = read(message, receiver);
    if (assignment !== undefined) yield assignment;
  }
}

const read = (message: Downlink, receiver: Receiver): Assignment | undefined => {
  switch (message.type) {
    case "keepalive":
      return undefined;
    case "control":
      receiver.control(message);
      return undefined;
    case "malformed":
      receiver.log.error("Task cannot be read", { error: message.message });
      if (message.attemptId !== undefined) receiver.giveBack(message.attemptId);
      return undefined;
    case "task":
      if (!receiver.stopping()) return message.assignment;
      receiver.giveBack(message.assignment.attemptId);
      return undefined;
  }
};
