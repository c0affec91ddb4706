// Asks for /healthz again and again, on a thread of its own; tells the slowest answer when told to stop.
import http from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const agent = new http.Agent({ keepAlive: true });
let over = false;
parentPort.once('message', () => {
  over = true;
});

let slowest = 0;
while (!over) {
  const start = performance.now();
  await new Promise((resolve, reject) => {
    http
      .get(`${workerData}/healthz`, { agent }, (response) => response.resume().on('end', resolve))
      .on('error', reject);
  });
  slowest = Math.max(slowest, performance.now() - start);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
agent.destroy();
parentPort.postMessage(slowest);
