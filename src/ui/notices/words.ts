import type { FeatureId } from "../../store/view.ts";

/** What each feature is, and what goes without it. */
export const featureWords: Readonly<Record<FeatureId, string>> = {
  "secure-context": "a secure connection: browsers give the rest of this list to https pages only",
  webassembly: "WebAssembly: proofs are computed with it",
  workers: "Web Workers: proofs are computed in them",
  database: "IndexedDB: finished results are kept in it until they are sent",
  "private-files": "private files (OPFS): proving keys are kept in them",
  "web-locks": "Web Locks: they make one node of all tabs",
  "service-worker": "service workers: the page opens without a connection",
  "shared-memory": "shared memory: provers share one copy of a proving key",
  beacons: "beacons: the node says goodbye when the tab is closed",
};

export const noticeWords = {
  insecureTitle: "This address is not secure, so the browser holds back what proving needs.",
  insecureHelp:
    "Open the page over https, or on localhost. Whoever runs the coordinator can start it with “npm start -- --tls”, which makes a certificate and says how to trust it.",
  unsupportedTitle: "This browser lacks what proving needs.",
  unsupportedHelp:
    "Use a current one: Chrome or Edge 111, Firefox 114, Safari 17, or later. A private window may hold storage back; a normal one does not.",
  lesserTitle: "Proving works here, without some conveniences.",
  missing: "Missing:",
  updateTitle: "New version ready",
  updateNow: "Update now",
  updateWaits: "It waits until no proof is under way, or for Stop.",
  updateFree: "Updating takes a second.",
  lostTitle: "This part of the page could not be shown.",
  lostHelp: "Reload the page to get the newest version.",
  reload: "Reload the page",
} as const;
