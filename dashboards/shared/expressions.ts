/**
 * Queries that were blocked, as the rules of the stack mean it: with what safe browsing and the parental control refused,
 * without safe search, which is an answer.
 */
export const BLOCKED = 'result=~"blocked|blocked_service|safebrowsing|parental"';

/**
 * `memos@file` and `memos@docker` are the service memos, under which a person knows it, the variable lists it and the graph
 * has it. To be summed up afterwards: two series may have the same labels then.
 */
export function ofPlainService(expression: string): string {
  return `label_replace(${expression}, "service", "$1", "service", "([^@]*)(?:@.*)?")`;
}

/** Sums by the name of the service without the provider. */
export function byService(expression: string): string {
  return `sum by (service) (${ofPlainService(expression)})`;
}

/** A share out of two rates of one selector: nothing, rather than NaN, where nothing happened. */
export function share(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`;
}
