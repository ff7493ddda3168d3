import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { FeatureId } from "../../store/view.ts";

/** What each feature is, and what goes without it. */
export const featureWords: Readonly<Record<FeatureId, MessageDescriptor>> = {
  "secure-context": msg`a secure connection: browsers give the rest of this list to https pages only`,
  webassembly: msg`WebAssembly: proofs are computed with it`,
  workers: msg`Web Workers: proofs are computed in them`,
  database: msg`IndexedDB: finished results are kept in it until they are sent`,
  "private-files": msg`private files (OPFS): proving keys are kept in them`,
  "web-locks": msg`Web Locks: they make one node of all tabs`,
  "service-worker": msg`service workers: the page opens without a connection`,
  "shared-memory": msg`shared memory: provers share one copy of a proving key`,
  beacons: msg`beacons: the node says goodbye when the tab is closed`,
};

export const noticeWords = {
  insecureTitle: msg`This address is not secure, so the browser holds back what proving needs.`,
  insecureHelp: msg`Open the page over https, or on localhost. Whoever runs the coordinator can start it with “npm start -- --tls”, which makes a certificate and says how to trust it.`,
  unsupportedTitle: msg`This browser lacks what proving needs.`,
  unsupportedHelp: msg`Use a current one: Chrome or Edge 111, Firefox 114, Safari 17, or later. A private window may hold storage back; a normal one does not.`,
  lesserTitle: msg`Proving works here, without some conveniences.`,
  missing: msg`Missing:`,
  updateTitle: msg`New version ready`,
  updateNow: msg`Update now`,
  updateWaits: msg`It waits until no proof is under way, or for Stop.`,
  updateFree: msg`Updating takes a second.`,
  lostTitle: msg`This part of the page could not be shown.`,
  lostHelp: msg`Reload the page to get the newest version.`,
  reload: msg`Reload the page`,
} as const;
