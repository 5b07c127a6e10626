/**
 * The YAML parser as a module of ours, which can be loaded when it is called for: of a CommonJS package that is imported
 * dynamically, esbuild gives the bundle only the default export.
 */
export { parse as parseYaml } from 'yaml';
