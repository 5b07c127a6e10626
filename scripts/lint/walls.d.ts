import type { Rule } from 'eslint';

/** Room of src/ -> rooms that it may import besides itself. */
export const WALLS: Readonly<Record<string, readonly string[]>>;

/** The ESLint rule that holds the walls. */
export const wallsRule: Rule.RuleModule;
