/** Where the commits of a history are drawn: each in a lane, with lines to its children and parents. */

export interface GraphCommit {
  readonly commit: string;
  readonly parents: readonly string[];
}

/** One row of the graph. Lanes count from 0. */
export interface GraphRow {
  /** The lane of the commit. */
  readonly lane: number;
  /** Lanes whose lines come from children above, and end at the commit. */
  readonly from: readonly number[];
  /** Lanes to which the lines to its parents go. */
  readonly to: readonly number[];
  /** Lanes whose lines pass by. */
  readonly past: readonly number[];
}

/** @param commits children before their parents. A parent that is not among them has a line to the end. */
export function layOutGraph(commits: readonly GraphCommit[]): GraphRow[] {
  /** By lane, the commit that its line leads to. */
  const lanes: (string | undefined)[] = [];
  const firstFree = (): number => {
    const free = lanes.indexOf(undefined);
    return free < 0 ? lanes.length : free;
  };
  return commits.map(({ commit, parents }) => {
    const from = lanesOf(lanes, (target) => target === commit);
    const past = lanesOf(lanes, (target) => target !== undefined && target !== commit);
    const lane = from[0] ?? firstFree();
    for (const ended of from) {
      lanes[ended] = undefined;
    }
    // The line to the first parent goes straight down: lines of several children meet at their parent.
    const to = parents.map((parent, index) => {
      const known = lanes.indexOf(parent);
      const next = index === 0 ? lane : known >= 0 ? known : firstFree();
      lanes[next] = parent;
      return next;
    });
    return { lane, from, to: [...new Set(to)], past };
  });
}

function lanesOf(
  lanes: readonly (string | undefined)[],
  matches: (target: string | undefined) => boolean,
): number[] {
  return lanes.flatMap((target, lane) => (matches(target) ? [lane] : []));
}
