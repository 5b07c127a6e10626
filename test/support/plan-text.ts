import { expect } from 'chai';
import type { PlanningInput } from '../../src/model/planning-input.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { renderPlanText } from '../../src/plan/render-text.ts';

/** The plan's text for an input. */
export function planText(input: PlanningInput): string {
  return renderPlanText(buildPlan(input));
}

/** Conditions of a plan as `Key Type Reason`, one a line. */
export function conditionText(input: PlanningInput): string {
  return buildPlan(input)
    .conditions.map((condition) => `${condition.key} ${condition.type} ${condition.reason}`)
    .join('\n');
}

/** Expects the plan's text; the expected block may be indented. */
export function expectPlan(input: PlanningInput, expected: string): void {
  expect(planText(input)).to.equal(dedent(expected));
}

/** Expects the conditions; the expected block may be indented. */
export function expectConditions(input: PlanningInput, expected: string): void {
  expect(conditionText(input)).to.equal(dedent(expected));
}

function dedent(block: string): string {
  const lines = block.split('\n').filter((line) => line.trim() !== '');
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(margin).trimEnd()).join('\n');
}
