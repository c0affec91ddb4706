export function prometheusConfig(options: {
  readonly targets: readonly string[];
  readonly address: string;
  readonly alertmanager?: string | undefined;
}): string;
