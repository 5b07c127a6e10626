import tseslint from 'typescript-eslint';
import { verifiedTlsRule } from './scripts/lint/verified-tls.js';
import { wallsRule } from './scripts/lint/walls.js';

/** Rules of our own, for every file: a configuration object may not define a plugin anew. */
const OWN_RULES = { rules: { walls: wallsRule, 'verified-tls': verifiedTlsRule } };

const NO_OWN_TIME = [
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'Time is passed in as a value (src/runtime/clock.ts).',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Time is passed in as a value (src/runtime/clock.ts).',
  },
  {
    selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]',
    message: 'Randomness is passed in as a value (src/runtime/clock.ts).',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.cache/', '.demo/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mts,cts,js,mjs,cjs}'],
    // It names what it forbids.
    ignores: ['scripts/lint/verified-tls.js'],
    plugins: { bastion: OWN_RULES },
    rules: { 'bastion/verified-tls': 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowRegExp: true },
      ],
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      // An async function without await still turns what it throws into a rejection, which callers rely on.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Mocha loads a reporter by its default export.
    files: ['scripts/support/mocha-reporter.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { bastion: OWN_RULES },
    rules: { 'bastion/walls': 'error', 'max-lines': ['error', 300] },
  },
  { files: ['dashboards/**/*.ts'], rules: { 'max-lines': ['error', 300] } },
  {
    // Generated: as long as the schemas make it.
    files: ['src/model/manifest-types.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['src/plan/**/*.ts', 'src/model/**/*.ts', 'src/stack/**/*.ts', 'src/notify/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...NO_OWN_TIME] },
  },
  {
    files: ['test/**/*.ts'],
    // chai's assertions are property reads.
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
);
