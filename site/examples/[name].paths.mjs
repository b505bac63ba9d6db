/**
 * A page for each folder of `examples/`, with its code.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { EXAMPLES, root } from '../lib/pages.mjs';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The command that starts it, if there is one. @param {string} name */
function start(name) {
  const script = Object.keys(scripts).find((key) => scripts[key].includes(`examples/${name}/`));
  return script === undefined ? '' : `\n\`npm run ${script}\` starts it.\n`;
}

/** @param {string} name */
function content(name) {
  const folder = join(root, 'examples', name);
  const files = readdirSync(folder).sort((a, b) => Number(b === 'main.mjs') - Number(a === 'main.mjs'));
  const code = files.map((file) => {
    const language = extname(file).slice(1).replace('mjs', 'js');
    return `## ${file}\n\n\`\`\`\`\`${language}\n${readFileSync(join(folder, file), 'utf8')}\`\`\`\`\`\n`;
  });
  return `# examples/${name}\n${start(name)}\n${code.join('\n')}`;
}

export default {
  paths: () => EXAMPLES.map((name) => ({ params: { name }, content: content(name) })),
};
