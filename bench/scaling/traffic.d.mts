export function rollOut(
  pinned: readonly number[],
  options: { replicas: number; random: () => number },
): number[];
export function hitShare(
  sequence: readonly number[],
  options: {
    replicas: number;
    entries: number;
    from: number;
    replicaOf: (text: number) => number;
  },
): number;
