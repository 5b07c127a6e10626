import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard';

const COLUMNS = 24;

/**
 * Places of panels in Grafana's grid: each as high up as there is room below those before it, then as far left as
 * possible. So leaving one out leaves no hole that a person would wonder about.
 */
export function layout(parts: readonly { readonly span: number; readonly height: number }[]): readonly GridPos[] {
  const bottoms = new Array<number>(COLUMNS).fill(0);
  return parts.map(({ span, height }) => {
    const tops = Array.from({ length: COLUMNS - span + 1 }, (_, x) => Math.max(...bottoms.slice(x, x + span)));
    const y = Math.min(...tops);
    const x = tops.indexOf(y);
    bottoms.fill(y + height, x, x + span);
    return { x, y, w: span, h: height };
  });
}
