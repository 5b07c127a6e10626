import type { Rule } from 'eslint';

export declare const verifiedTlsRule: Rule.RuleModule;
