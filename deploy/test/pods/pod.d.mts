/** What a node has to know of a container; `container-args.mjs` turns it into arguments. */
export interface Container {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Pod {
  readonly gracePeriodMs: number;
  readonly fsGroup: number | undefined;
  readonly volumes: Readonly<Record<string, object>>;
  readonly initContainers: readonly Container[];
  readonly container: Container;
}

export interface Workload {
  readonly name: string;
  readonly replicas: number;
  readonly pod: Pod;
}

export function readWorkload(
  text: string,
  secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Workload;
