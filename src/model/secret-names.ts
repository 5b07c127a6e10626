/** Ends in a way that leaves no doubt. */
const CERTAIN =
  /(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|encryption[_-]?key|credentials?|bearer|htpasswd|(?:^|[_.-])(?:pass|pwd|pw))$/i;

const PROBABLE =
  /pass(word|wd|phrase)?(_|-|\.|$)|passw|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|encryption[_-]?key|(^|[_.-])(pw|pwd|auth|jwt|dsn|salt|hmac|htpasswd|cookie)([_.-]|$)|basic[_-]?auth/i;

/** Names that only say where a secret lies (`DB_PASSWORD_FILE`), by convention of the official images. */
const LOCATION = /_(file|path|dir)$/i;

/** Whether a variable, label or option of this name holds a secret without doubt: manifests are refused for it. */
export function isSecretName(name: string): boolean {
  return CERTAIN.test(name);
}

/**
 * Whether it may hold one: its value is not shown. All that isSecretName is sure of, and more, because hiding too much
 * does less harm than refusing too much.
 */
export function mayBeSecretName(name: string): boolean {
  return isSecretName(name) || (PROBABLE.test(name) && !LOCATION.test(name));
}
