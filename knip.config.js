import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Settings of `npx knip`, which finds files, exports and dependencies that nobody uses. */
export default {
  entry: [
    ...Object.values(exports)
      .map((target) => target.types)
      .filter((types) => types !== undefined)
      .map((types) => types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts')),
    'src/platform/{browser,default,node,server}.ts',
  ],
  project: ['{src,test,bench,tools,examples}/**/*.{ts,mjs}', '*.{js,mjs,ts}'],
  ignore: ['test/consumer/**'],
};
