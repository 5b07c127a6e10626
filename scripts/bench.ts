/**
 * `npm run bench`: builds the operator, then measures it against floors of the same engine in the same run; see
 * bench/run.ts. `-- --only a,b,c,d,e,f,g,h,i` measures some of it, `-- --quick` takes fewer rounds and writes no results.
 */
import { mustRun } from './support/run-command.ts';

await mustRun([process.execPath, '--import', 'tsx', 'scripts/build.ts']);
await import('../bench/run.ts');
