// Turns a container of a pod into the arguments of `docker run`.

/**
 * @param container of `readWorkload`.
 * @param pod its `fsGroup`; `mounts`: for each volume the engine's volume or folder.
 * @returns the arguments behind the options of the caller: how it is named, and what network it has.
 */
export function containerArgs(container, { fsGroup, mounts }) {
  const { command = [], args = [], env, limits, security, workingDir } = container;
  const [entrypoint, ...rest] = command;
  return [
    ...securityArgs(security),
    ...flag('--group-add', fsGroup),
    ...flag('--cpus', limits.cpu),
    // Without swap, as on a node.
    ...flag('--memory', limits.memory),
    ...flag('--memory-swap', limits.memory),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...container.mounts.flatMap(({ name, mountPath, readOnly }) => [
      '--volume',
      `${sourceOf(mounts, name)}:${mountPath}${readOnly ? ':ro' : ''}`,
    ]),
    ...flag('--workdir', workingDir),
    ...flag('--entrypoint', entrypoint),
    container.image,
    ...rest,
    ...args,
  ];
}

/** The engine's own seccomp profile is what RuntimeDefault selects. */
function securityArgs(security) {
  const { runAsUser, runAsGroup, runAsNonRoot, readOnlyRootFilesystem, capabilities } = security;
  if (runAsNonRoot && !(runAsUser > 0)) {
    throw new Error(
      'securityContext: runAsNonRoot is given without a runAsUser, which is checked here',
    );
  }
  if (security.seccompProfile !== 'RuntimeDefault') {
    throw new Error(
      'securityContext.seccompProfile: expected RuntimeDefault; without it there is none',
    );
  }
  const user = runAsGroup === undefined ? runAsUser : `${runAsUser}:${runAsGroup}`;
  return [
    ...flag('--user', user),
    ...(readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(security.allowPrivilegeEscalation === false ? ['--security-opt', 'no-new-privileges'] : []),
    ...(capabilities ?? []).flatMap((capability) => ['--cap-drop', capability]),
  ];
}

function flag(name, value) {
  return value === undefined ? [] : [name, String(value)];
}

function sourceOf(mounts, name) {
  if (mounts[name] === undefined) {
    throw new Error(`volumeMounts: there is no volume ${name}`);
  }
  return mounts[name];
}
