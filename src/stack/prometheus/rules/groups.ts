import { backupRules } from './backups.ts';
import { certificateRules } from './certificates.ts';
import type { RuleContext } from './context.ts';
import { databaseRules } from './database.ts';
import { graphRules } from './graph.ts';
import { hostRules } from './host.ts';
import { memoryRules } from './memory.ts';
import { operatorRules } from './operator.ts';
import { panelRules } from './panels.ts';
import { isAlert, type RuleGroup } from './rule.ts';
import { targetRules } from './targets.ts';
import { trafficRules } from './traffic.ts';

/** All rules that come with the stack, without what `rules.except` names. Groups without rules are left out. */
export function ruleGroups(context: RuleContext): readonly RuleGroup[] {
  const { enabled, except } = context.prometheus.spec.rules;
  if (!enabled) return [];
  return allGroups(context)
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => !isAlert(rule) || !except.includes(rule.alert)) }))
    .filter(({ rules }) => rules.length > 0);
}

/** Names of the alerts that a Prometheus could have, to tell a slip in `rules.except`. */
export function alertNames(context: RuleContext): readonly string[] {
  return allGroups(context).flatMap(({ rules }) => rules.filter(isAlert).map(({ alert }) => alert));
}

function allGroups(context: RuleContext): readonly RuleGroup[] {
  return [
    targetRules(),
    hostRules(context),
    certificateRules(),
    memoryRules(context),
    backupRules(context),
    operatorRules(context),
    databaseRules(),
    ...trafficRules(),
    graphRules(),
    panelRules(context),
  ];
}
