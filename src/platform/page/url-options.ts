/**
 * Options in the page's address, from the query and from the fragment; the fragment wins, since it never leaves the
 * browser. A fragment is a route with options ("#/settings?concurrency=2") or options alone ("#concurrency=2").
 * Names and values are as written; the node checks them.
 */
export const urlOptions = (address: URL): Readonly<Record<string, string>> => {
  const fragment = address.hash.slice(1);
  const ofFragment = fragment.startsWith("/") ? fragment.split("?").slice(1).join("?") : fragment;
  return Object.fromEntries([
    ...new URLSearchParams(address.search),
    ...new URLSearchParams(ofFragment),
  ]);
};
