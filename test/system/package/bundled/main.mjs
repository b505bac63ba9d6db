/** The program of a command line. A function, for CommonJS has no `await` outside of one. */
import { job } from './job.mjs';

async function main() {
  console.log(JSON.stringify(await job('main')));
}

void main();
