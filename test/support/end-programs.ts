/** For each test file: what it has started ends with it, also where a test fails before it stops a server. */
import { afterAll } from 'vitest';
import { killAll } from '../../tools/launch.mjs';

afterAll(killAll);
