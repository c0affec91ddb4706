// Statistics of measured values.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which this share of the values is, 0 to 1. */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The line through points [x, y] by least squares; `r2` is 1 if all points are on it. */
export function fitLine(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const sxy = mean(([x, y]) => (x - mx) * (y - my));
  const sxx = mean(([x]) => (x - mx) ** 2);
  const slope = sxy / sxx;
  return {
    slope,
    intercept: my - slope * mx,
    r2: sxy ** 2 / (sxx * mean(([, y]) => (y - my) ** 2)),
  };
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
