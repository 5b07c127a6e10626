/** `memos@file` and `memos@docker` are the service memos: sums by that name, under which a person knows it. */
export function byService(expression: string): string {
  return `sum by (service) (label_replace(${expression}, "service", "$1", "service", "([^@]*)(?:@.*)?"))`;
}

/** A share out of two rates of one selector: nothing, rather than NaN, where nothing happened. */
export function share(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`;
}
