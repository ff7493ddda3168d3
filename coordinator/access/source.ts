/** Whom a limit per address counts together. */
import { isIPv6 } from "node:net";

/** Groups of an IPv6 address that name a network; one household or school has at least one of its own. */
const NETWORK_GROUPS = 4;

/** The address, of IPv6 its /64 network: a single host has all of it. "" = unknown. */
export const sourceOf = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/iu, "").replace(/%.*$/u, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...last];
  return `${all.slice(0, NETWORK_GROUPS).join(":")}::/64`;
};
