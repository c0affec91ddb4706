import type { Command } from 'commander';
import { addCommit } from './commit.ts';
import { addDiff } from './diff.ts';
import { addFetch } from './fetch.ts';
import { addGate } from './gate.ts';
import { addInit } from './init.ts';
import { addLfs } from './lfs.ts';
import { addList } from './list.ts';
import { addMergeDriver } from './merge-driver.ts';
import { addProfile } from './profile.ts';
import { addPublish } from './publish.ts';
import { addReproduce } from './reproduce.ts';
import { addShow } from './show.ts';
import { addVerify } from './verify.ts';

/** `models …`, in the order of a version's life. */
export function addModels(program: Command): void {
  const models = program
    .command('models')
    .description('Make, compare, publish and look at the versions of a model.');
  for (const add of [
    addInit,
    addProfile,
    addCommit,
    addMergeDriver,
    addDiff,
    addLfs,
    addList,
    addShow,
    addVerify,
    addGate,
    addReproduce,
    addPublish,
    addFetch,
  ]) {
    add(models);
  }
}
