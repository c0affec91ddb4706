// A pod as a process of this machine: its variables, its probes and its grace period, on a free port, without
// its limits.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchServer } from '../../../tools/launch.mjs';
import { temporaryFolder } from '../../../tools/temporary.mjs';

/** @returns `address` of a port, `exited`, and `kill`. */
export async function startProcessPod({ initContainers, container, volumes }) {
  if (initContainers.length > 0 || container.command || container.args) {
    throw new Error('init containers and commands need a container');
  }
  const folder = temporaryFolder();
  const env = { ...container.env, HOST: '127.0.0.1', PORT: '0' };
  for (const { name, mountPath } of container.mounts) {
    if (volumes[name]?.kind !== 'emptyDir') {
      throw new Error(`the volume ${name} needs a container`);
    }
    const path = join(folder, name);
    mkdirSync(path);
    for (const [variable, value] of Object.entries(env)) {
      if (value === mountPath || value.startsWith(`${mountPath}/`)) {
        env[variable] = path + value.slice(mountPath.length);
      }
    }
  }
  const server = launchServer(env);
  const { url } = await server.eventually(({ event }) => event === 'listening');
  server.stopReading();
  const { hostname, port } = new URL(url);
  return {
    address: () => ({ host: hostname, port: Number(port) }),
    exited: server.exited,
    kill: async (signal) => server.child.kill(signal),
  };
}
