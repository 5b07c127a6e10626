import type { StackPlace } from '../stack-place.ts';
import type { DashboardJson, PanelJson, TargetJson, VariableJson } from './dashboard-json.ts';
import { interpolate, type Choice } from './interpolate.ts';
import { framesOf, transformed, type Answer, type AnsweredSeries } from './prometheus-frames.ts';
import type { Drawn } from './report.ts';

/** A query of a panel with a choice of its variables. */
export interface Asked {
  readonly dashboard: string;
  readonly panel: PanelJson;
  readonly target: TargetJson;
  readonly choice: Choice;
}

const LOOK_BACK_SECONDS = 90;
const STEP_SECONDS = 2;

/** What dashboards ask of the Prometheus of a house, as Grafana would ask it. */
export class Questions {
  readonly #stack: StackPlace;
  readonly #dashboards: ReadonlyMap<string, DashboardJson>;

  constructor(stack: StackPlace, dashboards: ReadonlyMap<string, DashboardJson>) {
    this.#stack = stack;
    this.#dashboards = dashboards;
  }

  /** Every query of every panel, with All chosen and, where there are variables, with one value of each. */
  all(one: Choice): Asked[] {
    return [...this.#dashboards].flatMap(([dashboard, { panels, templating }]) =>
      panels.flatMap((panel) =>
        (panel.targets ?? []).flatMap((target) =>
          [{}, ...(templating.list.length === 0 ? [] : [one])].map((choice) => ({ dashboard, panel, target, choice })),
        ),
      ),
    );
  }

  async ask({ target, choice, dashboard }: Asked): Promise<readonly AnsweredSeries[]> {
    const expr = interpolate(target.expr, this.#dashboards.get(dashboard)?.templating.list ?? [], choice);
    const now = Date.now() / 1000;
    const query = `query=${encodeURIComponent(expr)}`;
    const path =
      target.instant === true
        ? `query?${query}`
        : `query_range?${query}&start=${now - LOOK_BACK_SECONDS}&end=${now}&step=${STEP_SECONDS}`;
    const { result } = await this.#stack.prometheus<{ result: AnsweredSeries[] }>(`/api/v1/${path}`);
    return result;
  }

  /** Rejects with those that are answered without a number: dashboard, panel, choice and query. */
  async expectData(asked: readonly Asked[]): Promise<void> {
    const found = await this.#sorted(asked, (hasData) => !hasData);
    if (found.length > 0) throw new Error(`empty:\n${found.join('\n')}`);
  }

  /** Rejects with those that are answered with a number. */
  async expectNothing(asked: readonly Asked[]): Promise<void> {
    const found = await this.#sorted(asked, (hasData) => hasData);
    if (found.length > 0) throw new Error(`not empty:\n${found.join('\n')}`);
  }

  /** What a variable lists. */
  async offeredBy(variable: VariableJson, all: readonly VariableJson[]): Promise<readonly (string | undefined)[]> {
    const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(variable.query) ?? [];
    const match = encodeURIComponent(interpolate(selector, all, {}));
    const values = await this.#stack.prometheus<string[]>(`/api/v1/label/${label}/values?match[]=${match}`);
    const pattern = new RegExp(variable.regex?.slice(1, -1) ?? '(.*)');
    return values.map((value) => pattern.exec(value)?.[1]);
  }

  /** What the panels of a dashboard that pass would be drawn from, with All chosen. */
  async draw(name: string, isWanted: (panel: PanelJson) => boolean = () => true): Promise<Drawn> {
    const dashboard = this.#dashboards.get(name);
    if (dashboard === undefined) throw new Error(`there is no dashboard ${name}`);
    const panels = [];
    for (const panel of dashboard.panels.filter(isWanted)) {
      const answers: Answer[] = [];
      for (const target of panel.targets ?? [])
        answers.push({ target, series: await this.ask({ dashboard: name, panel, target, choice: {} }) });
      panels.push({ panel, frames: await transformed(panel, framesOf(answers)) });
    }
    return { dashboard, panels };
  }

  async #sorted(asked: readonly Asked[], isFound: (hasData: boolean) => boolean): Promise<string[]> {
    const found: string[] = [];
    for (const each of asked)
      if (isFound((await this.ask(each)).some(hasNumber)))
        found.push(`${each.dashboard} / ${each.panel.title} / ${JSON.stringify(each.choice)}: ${each.target.expr}`);
    return found;
  }
}

/** A quotient of nothing and nothing is drawn as nothing. */
function hasNumber({ value, values = [] }: AnsweredSeries): boolean {
  return [...(value === undefined ? [] : [value]), ...values].some(([, number]) => Number.isFinite(Number(number)));
}
