import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Settings of `npm run docs`: each entry point of the package, everything public documented, no warning left. */
export default {
  entryPoints: Object.values(exports)
    .map((target) => target.types)
    .filter((types) => types !== undefined)
    .map((types) => types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts')),
  tsconfig: 'tsconfig.build.json',
  name: 'powerauth-wasm',
  readme: 'README.md',
  projectDocuments: ['docs/*.md'],
  out: 'docs/api',
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  githubPages: false,
  hideGenerator: true,
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  // The README links to folders of the repository, which are no part of the site.
  validation: { notExported: true, invalidLink: true, notDocumented: true, invalidPath: false },
};
