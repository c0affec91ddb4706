/** A lock file without what is needed for development only. @param lock the content of package-lock.json. */
export function productionLock(lock) {
  const { '': root, ...locked } = lock.packages;
  const { devDependencies, ...rest } = root;
  const needed = Object.entries(locked).filter(([, { dev }]) => !dev);
  return { ...lock, packages: { '': rest, ...Object.fromEntries(needed) } };
}
