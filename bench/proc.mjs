// CPU time and memory of processes, and the machine, from /proc (Linux).
import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** The unit of times in /proc (USER_HZ) on all platforms of Node. */
const TICKS_PER_SECOND = 100;
/** Flags of /proc/cpuinfo → int8 instructions, the fastest first. */
const INT8 = { amx_int8: 'AMX', avx512_vnni: 'AVX-512 VNNI', avx_vnni: 'AVX-VNNI', avx2: 'AVX2' };

const read = (file) => readFileSync(`/proc/${file}`, 'utf8');
/** The fields of `stat` after the name, which may contain any character. */
const fieldsOf = (stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** User and system time of a process or thread, such as `thread-self`. */
export function secondsOf(task) {
  const fields = fieldsOf(read(`${task}/stat`));
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** A process and all its descendants. */
function processTree(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
    read(`${pid}/task/${tid}/children`).split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap(processTree)];
}

/**
 * CPU seconds of a process and its descendants: `total`, and of this in `main` threads and in `workers`
 * (threads of lower priority); the rest is other threads, such as those of garbage collection.
 */
export function cpuSeconds(pid) {
  const seconds = { total: 0, main: 0, workers: 0 };
  for (const each of processTree(pid)) {
    seconds.total += secondsOf(each);
    seconds.main += secondsOf(`${each}/task/${each}`);
    for (const tid of readdirSync(`/proc/${each}/task`)) {
      const nice = Number(fieldsOf(read(`${each}/task/${tid}/stat`))[16]);
      seconds.workers += nice > 0 ? secondsOf(`${each}/task/${tid}`) : 0;
    }
  }
  return seconds;
}

/** Resident memory in MB of a process and its descendants; memory that they share counts once. */
export function memoryMb(pid) {
  const tree = processTree(pid);
  const [file, line] =
    tree.length === 1 ? ['status', /^VmRSS:\s+(\d+)/m] : ['smaps_rollup', /^Pss:\s+(\d+)/m];
  const kib = tree.reduce((sum, each) => sum + Number(line.exec(read(`${each}/${file}`))[1]), 0);
  return (kib * 1024) / 1e6;
}

/** Seconds of all CPUs since the start of the machine, and of these without work. */
export function machineSeconds() {
  const [, ...fields] = read('stat').split('\n')[0].split(/ +/);
  const [user, nice, system, idle, ...others] = fields.slice(0, 8).map(Number);
  const total = [user, nice, system, idle, ...others].reduce((sum, each) => sum + each, 0);
  return { total: total / TICKS_PER_SECOND, idle: idle / TICKS_PER_SECOND };
}

export function describeMachine() {
  const field = (name) => new RegExp(`^${name}\\s*: *(.*)$`, 'm').exec(read('cpuinfo'))?.[1] ?? '';
  const flags = field('flags').split(' ');
  return {
    cpu: field('model name') || process.arch,
    int8: Object.entries(INT8).find(([flag]) => flags.includes(flag))?.[1] ?? 'unknown',
    memoryGb: Number(/^MemTotal: +(\d+)/m.exec(read('meminfo'))[1]) / 1e6,
    system: `Linux ${release()}`,
  };
}
