/**
 * Bundles src/main.ts into dist/: what a command does not use is not even read from disk. The exporter is a program of its
 * own and one file.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { exporterDockerfile, NODE_IMAGE } from '../src/cli/exporter-context/dockerfile.ts';
import packageFile from '../package.json' with { type: 'json' };
import { pageAssets } from './support/page-assets.ts';
import { precompiledSchemas } from './support/precompiled-schemas.ts';
import { shellFiles } from './support/shell-files.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = join(root, 'dist');

/** CommonJS that stands in for a module that we never reach; a call that does reach it says so. */
function unavailable(what: string): string {
  return `module.exports = () => { throw new Error(${JSON.stringify(`${what} is not part of this build`)}); };`;
}

/**
 * Modules that dockerode and pino load at start and that we never use: BuildKit sessions (grpc, protobuf), engines over
 * ssh (ssh2, WebAssembly), tar packing (we pack ourselves) and pino's worker threads. They are two thirds of the start-up
 * time and 20 MB of memory.
 */
const STAND_INS: readonly { readonly from: RegExp; readonly module: RegExp; readonly contents: string }[] = [
  { from: /dockerode/, module: /^\.\/session$/, contents: unavailable('a BuildKit session') },
  { from: /dockerode/, module: /^\.\/buildkit$/, contents: unavailable('BuildKit') },
  {
    from: /dockerode/,
    module: /^tar-fs$/,
    contents: `exports.pack = ${unavailable('tar packing').slice('module.exports = '.length)}`,
  },
  { from: /dockerode/, module: /^zlib$/, contents: 'module.exports = {};' },
  { from: /dockerode/, module: /^@balena\/dockerignore$/, contents: unavailable('.dockerignore') },
  { from: /docker-modem/, module: /^\.\/ssh$/, contents: unavailable('an engine over ssh') },
  { from: /docker-modem/, module: /^debug$/, contents: 'module.exports = () => () => undefined;' },
  { from: /docker-modem/, module: /^readable-stream$/, contents: "module.exports = require('node:stream');" },
  { from: /pino/, module: /^(\.|\.\/lib)\/transport$/, contents: unavailable('a log transport') },
  // Benchmarks at load time for a format that we do not use.
  { from: /prom-client/, module: /^@opentelemetry\/api$/, contents: 'module.exports = {};' },
];

const standIns: Plugin = {
  name: 'stand-ins',
  setup(builder) {
    builder.onResolve({ filter: /^(\.|[@a-z])/ }, ({ path, importer }) => {
      const index = STAND_INS.findIndex(({ from, module }) => module.test(path) && from.test(importer));
      return index === -1 ? undefined : { path: String(index), namespace: 'stand-in' };
    });
    builder.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => {
      return { contents: STAND_INS[Number(path)]?.contents ?? '', resolveDir: root, loader: 'js' };
    });
  },
};

/** Stands in for node:https until an engine over TLS is really called: TLS costs more memory than a plan. */
const LAZY_HTTPS = `
const load = () => require('node:https');
exports.request = (...options) => load().request(...options);
exports.get = (...options) => load().get(...options);
exports.createServer = (...options) => load().createServer(...options);
exports.Agent = function Agent(...options) { return new (load().Agent)(...options); };
`;

/**
 * Node's own modules through require(): an import of one reads every export, and with them loads parts that nobody
 * asked for (node:crypto its web cryptography).
 */
const coreModules: Plugin = {
  name: 'core-modules',
  setup(builder) {
    builder.onResolve({ filter: /^(node:|https$)/ }, ({ path, importer, namespace, kind }) => {
      // Loaded when it is called for: that is what this is about, and only Node itself gives its exports by name.
      if (kind === 'dynamic-import') return { path, external: true };
      if (namespace !== 'file') return undefined;
      // What a package requires is as it should be; only https is put off.
      if (/[\\/]node_modules[\\/]/.test(importer) && kind !== 'import-statement' && path !== 'https') return undefined;
      return { path, namespace: 'core-module' };
    });
    builder.onLoad({ filter: /.*/, namespace: 'core-module' }, ({ path }) => ({
      contents: /https$/.test(path) ? LAZY_HTTPS : `module.exports = require(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

const result = await build({
  absWorkingDir: root,
  entryPoints: { bastion: 'src/main.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  // CommonJS dependencies call require() for Node's own modules.
  banner: {
    js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  // Stack traces and error names stay readable.
  keepNames: false,
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
  plugins: [precompiledSchemas, pageAssets, standIns, coreModules],
});

/** The exporter runs in an image with this one file: no imports, so that it is the same as CommonJS and as a module. */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(builder) {
    builder.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin-module' }));
    builder.onLoad({ filter: /.*/, namespace: 'builtin-module' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

const exporter = await build({
  absWorkingDir: root,
  entryPoints: { 'adguard-exporter': 'src/exporter/main.ts' },
  outdir,
  bundle: true,
  format: 'iife',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [builtinModules],
});

/** What the exporter's image is built of where a registry can be reached; `bastion:adguard-exporter` in manifests. */
const context = join(outdir, 'exporter-image');
mkdirSync(context, { recursive: true });
copyFileSync(join(outdir, 'adguard-exporter.js'), join(context, 'adguard-exporter.js'));
writeFileSync(join(context, 'Dockerfile'), exporterDockerfile(NODE_IMAGE));

/** Completions and man page, laid out as below the share directory of a prefix. */
const shared = Object.entries(shellFiles(packageFile.version, process.env)).map(([path, text]) => {
  const target = join(outdir, 'share', path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
});

chmodSync(join(root, 'bin', 'bastion'), 0o755);
const built = { ...result.metafile.outputs, ...exporter.metafile.outputs };
// Only now: a command that somebody runs meanwhile finds either build whole.
const written = new Set([
  ...Object.keys(built).map((path) => join(root, path)),
  ...['adguard-exporter.js', 'Dockerfile'].map((name) => join(context, name)),
  ...shared,
]);
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !written.has(path)) rmSync(path);
}
const outputs = Object.entries(built).filter(([path]) => !path.endsWith('.map'));
for (const [path, { bytes, entryPoint }] of outputs.sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, 12))
  console.log(
    `${String(Math.ceil(bytes / 1024)).padStart(6)} KiB  ${entryPoint === undefined ? basename(path) : `${path} (${entryPoint})`}`,
  );
const total = outputs.reduce((sum, [path]) => sum + statSync(join(root, path)).size, 0);
console.log(`${String(Math.ceil(total / 1024)).padStart(6)} KiB  in all, ${outputs.length} files`);
