/** The middle value; of an even count the mean of the two in the middle. NaN of nothing. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  if (!Number.isInteger(middle)) return high;
  return ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
};

/** The n-th root of the product: the mean for ratios. NaN of nothing. */
export const geometricMean = (ratios: readonly number[]): number =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
