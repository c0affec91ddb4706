export function simulateRise(options: {
  replicas: number;
  utilization: number;
  factor: number;
  target: number;
  startS: number;
}): { seconds: number; refused: number; replicas: number };
