export interface Probe {
  readonly path: string;
  readonly port: number | string;
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

export function startProbes(
  container: {
    readonly probes: { readonly [kind in 'startup' | 'readiness' | 'liveness']?: Probe };
    readonly ports: Readonly<Record<string, number>>;
  },
  options: {
    readonly address: (port: number) => { readonly host: string; readonly port: number };
    readonly onProbe?: (kind: string, problem: string | undefined) => void;
    readonly onReady: (isReady: boolean) => void;
    readonly onFailure: (reason: string) => void;
  },
): { readonly terminate: () => void; readonly stop: () => void };
