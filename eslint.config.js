import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'build/**',
      'docs/api/**',
      'site/{api,dist}/**',
      '**/.vitepress/.temp/**',
      'node_modules/**',
      'assembly/**',
      'src/hot-path/generated/**',
      'test/consumer/**',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A number or boolean in a message needs no ceremony.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `_name` marks what an interface demands and an implementation does not use.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // The peer's model classes carry static factories only.
      '@typescript-eslint/no-extraneous-class': 'off',
      // Records of the wire are indexed by the names the protocol gives them.
      '@typescript-eslint/dot-notation': 'off',
      // An async method that needs no await still answers by rejection, never by a synchronous throw.
      '@typescript-eslint/require-await': 'off',
      // `() => void call()` adds nothing in one-line callbacks.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['mock', 'doMock'].map((property) => ({
          object: 'vi',
          property,
          message: 'Test files share their modules, see vitest.config.ts: spy on the module with vi.spyOn.',
        })),
        {
          object: 'vi',
          property: 'resetModules',
          message:
            'Test files share their modules: freshModules of test/helpers/worker.ts leaves none behind.',
        },
      ],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
