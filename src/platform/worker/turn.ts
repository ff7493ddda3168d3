/**
 * Lets this thread turn to its messages, and to its end if it is to be ended. A message to itself: a timer would be put off
 * for four milliseconds, and a promise is no turn.
 */
export const createTurn = (): (() => Promise<void>) => {
  const { port1, port2 } = new MessageChannel();
  let waiting: (() => void)[] = [];
  port1.onmessage = () => {
    const turned = waiting;
    waiting = [];
    for (const resolve of turned) resolve();
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(undefined);
    });
};
