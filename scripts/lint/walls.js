/**
 * ESLint rule: which room of src/ may import what. It resolves every path first, so that a sub-folder that happens to
 * be named like a room is not mistaken for one.
 */
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** What only those may take together who put the program together. */
const WIRED = [
  'model',
  'desired',
  'engine',
  'gates',
  'plan',
  'observe',
  'apply',
  'certs',
  'release',
  'runtime',
  'status',
];

/** Room -> rooms that it may import besides itself. `docs/architecture.md` shows the same table. */
export const WALLS = {
  model: [],
  stack: ['model'],
  desired: ['model', 'stack'],
  engine: ['model'],
  gates: ['model'],
  certs: ['model'],
  lock: [],
  exporter: [],
  notify: ['model'],
  plan: ['model'],
  release: ['model', 'lock'],
  observe: ['model', 'engine', 'plan', 'certs'],
  apply: ['model', 'engine', 'certs'],
  runtime: ['model', 'desired', 'engine', 'gates', 'plan', 'observe', 'apply', 'certs', 'lock'],
  status: ['model', 'runtime'],
  cli: [...WIRED, 'notify'],
  main: [...WIRED, 'cli'],
};

/** The clock is passed to every room as a value, so its type may be named everywhere but in the pure ones. */
const CLOCK = join('runtime', 'clock.ts');
const CLOCK_ROOMS = ['desired', 'engine', 'observe', 'apply', 'certs', 'release', 'exporter', 'notify'];

/** Package -> the only room that may import it. */
const OWNED_PACKAGES = {
  dockerode: 'engine',
  '@peculiar/x509': 'certs',
  'reflect-metadata': 'certs',
  'node-cron': 'runtime',
};

/** What code that must not write may take from node:fs. */
const READING = ['access', 'constants', 'lstat', 'readFile', 'readdir', 'readlink', 'realpath', 'stat', 'statfs'];
const READ_ONLY_ROOMS = ['gates'];

/** plan/ and model/ are values in, values out. */
const PURE_ROOMS = ['plan', 'model', 'stack'];
const IMPURE_MODULES =
  /^(node:)?(fs|child_process|cluster|dgram|dns|http|http2|https|net|os|process|readline|timers|tls|worker_threads)(\/|$)/;
/** Of those, what computes and touches nothing. */
const PURE_NAMES = ['BlockList', 'isIP', 'isIPv4', 'isIPv6'];
const FS_MODULE = /^(node:)?fs(\/promises)?$/;

/** @type {import('eslint').Rule.RuleModule} */
export const wallsRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      room: 'src/{{from}} may not import src/{{to}} (allowed: {{allowed}}); see docs/architecture.md.',
      outside: 'src may not import {{path}}, which is not part of the program.',
      owned: 'Only src/{{owner}} may import {{module}}.',
      impure: 'src/{{from}} does no I/O and keeps no time: it may not import {{module}}.',
      writes: 'src/{{from}} must not be able to write: it may take only {{allowed}} from {{module}}, by name.',
    },
  },
  create(context) {
    const source = join(context.cwd, 'src');
    const here = relative(source, context.filename);
    if (here.startsWith('..') || isAbsolute(here)) return {};
    const from = roomOf(here);

    const check = (node, specifier, typeOnly, names) => {
      if (specifier.startsWith('.')) {
        const target = relative(source, resolve(dirname(context.filename), specifier));
        if (target.startsWith('..')) {
          if (!/^\.\.[\\/](package\.json|crds-like[\\/])/.test(target)) {
            context.report({ node, messageId: 'outside', data: { path: specifier } });
          }
          return;
        }
        const to = roomOf(target);
        const allowed = WALLS[from] ?? [];
        if (to === from || allowed.includes(to)) return;
        if (typeOnly && target === CLOCK && CLOCK_ROOMS.includes(from)) return;
        context.report({
          node,
          messageId: 'room',
          data: { from, to, allowed: allowed.join(', ') || 'nothing of ours' },
        });
        return;
      }
      const owner = OWNED_PACKAGES[packageOf(specifier)];
      if (owner !== undefined && owner !== from) {
        context.report({ node, messageId: 'owned', data: { owner, module: specifier } });
      }
      const isPure = specifier === 'node:net' && names?.every((name) => PURE_NAMES.includes(name));
      if (PURE_ROOMS.includes(from) && IMPURE_MODULES.test(specifier) && !isPure) {
        context.report({ node, messageId: 'impure', data: { from, module: specifier } });
      }
      if (READ_ONLY_ROOMS.includes(from) && FS_MODULE.test(specifier) && !typeOnly) {
        if (names === undefined || names.some((name) => !READING.includes(name))) {
          context.report({ node, messageId: 'writes', data: { from, module: specifier, allowed: READING.join(', ') } });
        }
      }
    };

    return {
      ImportDeclaration(node) {
        const values = node.specifiers.filter((specifier) => specifier.importKind !== 'type');
        const named = values.every((specifier) => specifier.type === 'ImportSpecifier');
        const names = named ? values.map((specifier) => specifier.imported.name) : undefined;
        const typeOnly = node.importKind === 'type' || (node.specifiers.length > 0 && values.length === 0);
        check(node, node.source.value, typeOnly, names);
      },
      ExportNamedDeclaration(node) {
        if (node.source) check(node, node.source.value, node.exportKind === 'type', undefined);
      },
      ExportAllDeclaration(node) {
        check(node, node.source.value, node.exportKind === 'type', undefined);
      },
      ImportExpression(node) {
        if (node.source.type === 'Literal') check(node, String(node.source.value), false, undefined);
      },
    };
  },
};

/** Path relative to src/ -> its room; a file directly in src/ belongs to `main`. */
function roomOf(path) {
  const parts = path.split(sep);
  return parts.length > 1 ? parts[0] : 'main';
}

function packageOf(specifier) {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}
