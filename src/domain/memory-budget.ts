const GIBIBYTE = 2 ** 30;
/** What browsers without `deviceMemory` (Firefox, Safari) run on at the least. */
const ASSUMED_GIBIBYTES = 4;
/** The rest is the system's, the browser's and the volunteer's. */
const SHARE = 0.5;

/**
 * Bytes that one proof may take on this device. `deviceMemory` is rounded by browsers, and at most 8 on most of them. One
 * number for all of a node: what it tells the coordinator, and what it refuses to load.
 */
export const memoryBudgetBytes = (device: object): number => {
  const gibibytes = "deviceMemory" in device ? Number(device.deviceMemory) : ASSUMED_GIBIBYTES;
  return gibibytes * GIBIBYTE * SHARE;
};
