export function prometheusConfig(options: {
  readonly targets: readonly string[];
  readonly address: string;
  readonly alertmanager?: string | undefined;
}): string;

export function launchPrometheus(serverPort: number, folder: string): Promise<string>;
