import type { Container, Pod } from './pod.d.mts';

export function containerArgs(
  container: Container,
  pod: Pick<Pod, 'fsGroup'> & { readonly mounts: Readonly<Record<string, string>> },
): string[];
