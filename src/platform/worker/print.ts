/** The console, for log lines that cannot be stored. */
export const printLine = (line: string): void => {
  // eslint-disable-next-line no-console -- the last place that is left when storage fails
  console.info(line);
};
