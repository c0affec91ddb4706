// A pod as containers of an engine on this machine: its volumes, its init containers, its container, with its
// security context, its limits and its variables. As in a pod, a container that does nothing holds the network
// and the volumes.
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { launch } from '../../../tools/launch.mjs';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import { containerArgs } from './container-args.mjs';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 16 * 1024 ** 2;

/** @returns what the engine prints. @throws Error with its message. */
async function docker(...args) {
  try {
    const { stdout } = await run('docker', args, { maxBuffer: MAX_OUTPUT_BYTES });
    return stdout.trim();
  } catch (error) {
    throw new Error(`docker ${args[0]}: ${String(error.stderr).trim() || error.message}`);
  }
}

/**
 * @param pod of `readWorkload`.
 * @param options `name`: of the containers and volumes; `network`, if another than the engine's own;
 * `onInitialized`: called between the init containers and the container.
 * @returns `address` of a port, `exited`, `kill`, and `remove`, which returns how the container ended.
 */
export async function startContainerPod(pod, options) {
  const { name, network = 'bridge', onInitialized } = options;
  const { volumes, fsGroup, initContainers, container } = pod;
  const mounts = {};
  for (const volume of Object.values(volumes)) {
    mounts[volume.name] =
      volume.kind === 'emptyDir'
        ? await createEmptyDir(volume, name, fsGroup)
        : writeFiles(volume, fsGroup);
  }
  const held = Object.values(mounts).flatMap((source, i) => ['--volume', `${source}:/held/${i}`]);
  const doNothing = ['node', '--eval', 'setInterval(() => undefined, 1e9)'];
  await docker(
    'run',
    '--detach',
    '--name',
    name,
    '--network',
    network,
    ...held,
    container.image,
    ...doNothing,
  );
  const host = await docker(
    ...['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', name],
  );
  const argsOf = (each) => [
    ...['--name', `${name}-${each.name}`, '--network', `container:${name}`],
    ...containerArgs(each, { fsGroup, mounts }),
  ];
  for (const each of initContainers) {
    await docker('run', ...argsOf(each));
  }
  await onInitialized?.();
  await docker('run', '--detach', ...argsOf(container));
  const server = `${name}-${container.name}`;
  const waiting = launch('docker', ['wait', server]);
  let code = '';
  waiting.child.stdout.on('data', (text) => {
    code += text;
  });
  return {
    server,
    address: (port) => ({ host, port }),
    exited: waiting.exited.then(() => ({ code: Number(code) })),
    kill: (signal) => docker('kill', '--signal', signal, server),
    remove: async () => {
      const wasOutOfMemory = await docker('inspect', '--format', '{{.State.OOMKilled}}', server);
      const names = [container, ...initContainers].map((each) => `${name}-${each.name}`);
      await docker('rm', '--force', ...names, name);
      const emptyDirs = Object.values(volumes).filter(({ kind }) => kind === 'emptyDir');
      for (const { name } of emptyDirs) {
        await docker('volume', 'rm', mounts[name]);
      }
      return { wasOutOfMemory: wasOutOfMemory === 'true' };
    },
  };
}

/** In memory: that is how the engine can limit its size. As the kubelet leaves it, anybody may write to it. */
async function createEmptyDir({ name, sizeLimit }, podName, fsGroup = 0) {
  const size = sizeLimit === undefined ? '' : `,size=${sizeLimit}`;
  return docker(
    ...['volume', 'create', '--opt', 'type=tmpfs', '--opt', 'device=tmpfs'],
    ...['--opt', `o=mode=2777,gid=${fsGroup}${size}`, `${podName}-${name}`],
  );
}

/**
 * Files of a Secret or ConfigMap, as the kubelet writes them: links into a folder that it replaces as a whole.
 * They belong to root; with fsGroup, to this group, which may read them.
 */
function writeFiles({ mode, files }, fsGroup) {
  const folder = temporaryFolder();
  const data = join(folder, '..data-1');
  mkdirSync(data);
  symlinkSync('..data-1', join(folder, '..data'));
  for (const { name, text } of files) {
    const path = join(data, name);
    writeFileSync(path, text);
    chownSync(path, 0, fsGroup ?? 0);
    chmodSync(path, fsGroup === undefined ? mode : mode | 0o440);
    symlinkSync(join('..data', name), join(folder, name));
  }
  for (const each of [folder, data]) {
    chmodSync(each, 0o755);
  }
  return folder;
}
