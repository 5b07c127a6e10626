import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoopDelay {
  /** 99th percentile in milliseconds of how late the event loop was since the last reading. */
  read(): number;
  close(): void;
}

const RESOLUTION_MILLISECONDS = 20;

/** Measures event-loop lag; close it to stop its timer. */
export function measureLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  histogram.enable();
  return {
    read() {
      const lag = histogram.count === 0 ? 0 : histogram.percentile(99) / 1e6 - RESOLUTION_MILLISECONDS;
      histogram.reset();
      return Math.max(0, lag);
    },
    close: () => void histogram.disable(),
  };
}
