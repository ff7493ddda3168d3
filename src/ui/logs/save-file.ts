/** Longer than any browser takes to begin a download; the memory is given back then. */
const KEEP_URL_MS = 60_000;

/** Offers bytes as a download. */
export const saveFile = (name: string, bytes: Uint8Array): void => {
  const blob = new Blob([new Uint8Array(bytes)], { type: "application/x-ndjson" });
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, KEEP_URL_MS);
};
