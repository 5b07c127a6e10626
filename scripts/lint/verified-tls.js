/**
 * ESLint rule: nobody turns the verification of a TLS peer off, in whatever spelling. What would be needed instead is
 * always the same: pass the authority of the peer as `ca`. It reads constant text through `+` and templates; whoever
 * assembles a name at run time gets past it, and past the reader of the change, too.
 */

/** Options whose only value may be a literal `true`; left out they are true. */
const ALWAYS_TRUE = ['rejectUnauthorized', 'strictSSL'];
/** What decides about a peer inside node:tls; nothing of ours sets it. */
const NEVER_SET = ['authorized', 'authorizationError', 'verifyError', 'setVerifyMode', 'secureProtocol'];
const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED';
const IDENTITY = 'checkServerIdentity';
const OLD_VERSION = /^(TLSv1(\.1)?|SSLv[23])$/;
const OPEN_CIPHER = /aNULL|eNULL|SECLEVEL=0/;
/** The same in text that is for another program: JSON, YAML, Go. */
const IN_TEXT =
  /rejectUnauthorized['"\\\]]*\s*[:=]\s*(?!true\b)\S|insecure_?skip_?verify['"]?\s*[:=]\s*['"]?(?!false\b)\S|tls_?skip_?verify['"]?\s*[:=]\s*['"]?(?!false\b)\S/i;

/** Constant text of an expression; undefined when it is not constant. */
function textOf(node) {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression' || node.type === 'TSNonNullExpression')
    return textOf(node.expression);
  if (node.type === 'BinaryExpression' && node.operator === '+') {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (node.type !== 'TemplateLiteral') return undefined;
  const parts = node.expressions.map(textOf);
  if (parts.includes(undefined)) return undefined;
  return node.quasis.map((quasi, index) => quasi.value.cooked + (parts[index] ?? '')).join('');
}

/** Name of a property, of an object or in a member expression; undefined when it is not constant. */
function nameOf(key, computed) {
  return key.type === 'Identifier' && !computed ? key.name : textOf(key);
}

function unwrapped(node) {
  return node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression' ? unwrapped(node.expression) : node;
}

function isTrue(node) {
  const value = unwrapped(node);
  return value?.type === 'Literal' && value.value === true;
}

/** The function that a name stands for in this file; undefined when it is not a constant one. */
function functionOf(node, source) {
  for (let scope = source.getScope(node); scope !== null; scope = scope.upper) {
    const [definition, ...others] = scope.set.get(node.name)?.defs ?? [];
    if (definition === undefined) continue;
    if (others.length > 0) return undefined;
    if (definition.type === 'FunctionName') return definition.node;
    return definition.type === 'Variable' && definition.parent.kind === 'const' ? definition.node.init : undefined;
  }
  return undefined;
}

/** A call of node's own check, or of a function here that only calls it. */
function isOwnCheck(node, source, depth) {
  if (node?.type !== 'CallExpression') return false;
  const { callee } = node;
  if (callee.type === 'MemberExpression') return nameOf(callee.property, callee.computed) === IDENTITY;
  if (callee.type !== 'Identifier') return false;
  return callee.name === IDENTITY || (depth > 0 && passesOn(callee, source, depth - 1));
}

function returnsOf(node) {
  if (node === null || typeof node !== 'object') return [];
  if (Array.isArray(node)) return node.flatMap(returnsOf);
  if (node.type === 'ReturnStatement') return [node];
  if (/Function/.test(node.type ?? '')) return [];
  return Object.entries(node).flatMap(([name, child]) => (name === 'parent' ? [] : returnsOf(child)));
}

/** Whether every way through a function ends with the answer of node's own check. */
function passesOn(node, source, depth = 3) {
  if (node?.type === 'Identifier') {
    const meant = functionOf(node, source);
    return meant !== undefined && depth > 0 && passesOn(meant, source, depth - 1);
  }
  if (!/^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(node?.type ?? '')) return false;
  if (node.body.type !== 'BlockStatement') return isOwnCheck(node.body, source, depth);
  const isEnded = node.body.body.at(-1)?.type === 'ReturnStatement';
  return isEnded && returnsOf(node.body.body).every(({ argument }) => isOwnCheck(argument, source, depth));
}

/** @type {import('eslint').Rule.RuleModule} */
export const verifiedTlsRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      unverified: 'A TLS peer is always verified: pass the certificate authority instead ({{what}}).',
    },
  },
  create(context) {
    const report = (node, what) => context.report({ node, messageId: 'unverified', data: { what } });

    /** One name that gets a value: in an object, a class or an assignment. */
    const set = (node, name, value) => {
      if (name === undefined) return;
      if (ALWAYS_TRUE.includes(name) && !isTrue(value)) report(node, `${name} is true or left out`);
      if (NEVER_SET.includes(name)) report(node, `${name} is node's own`);
      if (name === IDENTITY && !passesOn(unwrapped(value), context.sourceCode))
        report(node, `${name} only calls node's own`);
      const text = value === undefined || value === null ? undefined : textOf(value);
      if (/^m(in|ax)Version$/.test(name) && OLD_VERSION.test(text ?? '')) report(node, `${name} is TLS 1.2 or later`);
      if (name === 'ciphers' && OPEN_CIPHER.test(text ?? '')) report(node, 'no ciphers without authentication');
    };

    const text = (node, value) => {
      if (value.includes(VARIABLE)) report(node, `no ${VARIABLE}`);
      else if (IN_TEXT.test(value)) report(node, 'not in configuration of others, either');
    };

    /** A forbidden name as a value: for Object.defineProperty, Reflect.set, or `options[name] = ...`. */
    const isNamePlace = ({ parent }, node) =>
      (parent.type === 'MemberExpression' && parent.property === node) ||
      ((parent.type === 'Property' || parent.type === 'PropertyDefinition') && parent.key === node);

    const constant = (node) => {
      const { parent } = node;
      if (parent.type === 'BinaryExpression' || parent.type === 'TemplateLiteral') return;
      if (parent.type === 'TSLiteralType') return;
      const value = textOf(node);
      if (value === undefined) return;
      text(node, value);
      const isName = ALWAYS_TRUE.includes(value) || value === IDENTITY || value === 'setVerifyMode';
      if (isName && !isNamePlace(node, node)) report(node, `${value} is written out where it is set`);
    };

    return {
      Property(node) {
        if (node.parent.type === 'ObjectExpression') set(node, nameOf(node.key, node.computed), node.value);
      },
      PropertyDefinition(node) {
        set(node, nameOf(node.key, node.computed), node.value);
      },
      MethodDefinition(node) {
        set(node, nameOf(node.key, node.computed), node.value);
      },
      AssignmentExpression(node) {
        const { left } = node;
        if (left.type === 'MemberExpression')
          set(node, nameOf(left.property, left.computed), node.operator === '=' ? node.right : undefined);
      },
      AssignmentPattern(node) {
        if (node.left.type === 'Identifier' && ALWAYS_TRUE.includes(node.left.name))
          set(node, node.left.name, node.right);
      },
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression') return;
        if (nameOf(callee.property, callee.computed) === 'setVerifyMode') report(node, "setVerifyMode is node's own");
      },
      Identifier(node) {
        if (node.name === VARIABLE) report(node, `no ${VARIABLE}`);
      },
      Literal: constant,
      TemplateLiteral(node) {
        if (node.expressions.length === 0 || textOf(node) !== undefined) constant(node);
        else for (const quasi of node.quasis) text(quasi, quasi.value.cooked ?? '');
      },
      BinaryExpression: constant,
    };
  },
};
