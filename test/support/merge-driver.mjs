// `models merge-driver` of the built project without the other commands, which take much longer to
// load than it takes to merge a file.
import { Command } from 'commander';
import { addMergeDriver } from '../../dist/commands/merge-driver.js';

const program = new Command();
addMergeDriver(program.command('models'));
await program.parseAsync();
