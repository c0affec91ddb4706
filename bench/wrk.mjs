// Closed loop with wrk, which takes little CPU time: each connection sends the next request when it has
// received an answer.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../tools/temporary.mjs';

const script = (folder, path) => `
local requests = {}
sent, available = 0, 0
function setup(thread) worker = thread end
function init()
  local headers = {["content-type"] = "application/json"}
  for line in io.lines("${folder}/bodies") do
    requests[#requests + 1] = wrk.format("POST", "${path}", headers, line)
  end
  available = #requests
end
function request()
  sent = sent + 1
  return requests[(sent - 1) % available + 1]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"errors":%d,"unused":%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout, worker:get("available") - worker:get("sent")))
end`;

/**
 * @param load `bodies` to send one after the other, with `cycle` again from the first; `connections`;
 * `seconds`.
 * @returns `requests`, `rate` a second, `p50` and `p99` in ms, `errors`: no answer, or status 400 or higher.
 * @throws Error if there were too few bodies.
 */
export async function closedLoop(url, { bodies, connections, seconds, path, cycle }) {
  // Several may run at a time.
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'bodies'), bodies.join('\n'));
  writeFileSync(join(folder, 'load.lua'), script(folder, path));
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s'];
  const running = promisify(execFile)('wrk', [...flags, '-s', join(folder, 'load.lua'), url]);
  const end = () => running.child.kill();
  process.on('exit', end);
  const { stdout } = await running;
  process.off('exit', end);
  const { unused, ...found } = JSON.parse(/^RESULT (.*)$/m.exec(stdout)[1]);
  if (unused < 0 && !cycle) {
    throw new Error(`${bodies.length} bodies were too few: ${-unused} were sent twice`);
  }
  return { ...found, rate: found.requests / found.seconds };
}
