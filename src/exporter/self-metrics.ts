import type { MetricStore } from './store/store.ts';

/** Adds what the exporter tells of its own process. */
export function describeItself(
  store: MetricStore,
  { version, refusedTlsFiles }: { version: string; refusedTlsFiles: () => number },
): void {
  const gauge = (name: string, help: string, labels: string[] = []) =>
    store.family({ name, help, type: 'gauge', labels, cap: 1 });
  const counter = (name: string, help: string) => store.family({ name, help, type: 'counter', cap: 1 });
  const build = gauge('adguard_exporter_build_info', 'Always 1; labels say what runs.', ['version', 'node']);
  const memory = gauge('process_resident_memory_bytes', 'Resident memory.');
  const processor = counter('process_cpu_seconds_total', 'Processor time, of user and system.');
  const heap = gauge('nodejs_heap_size_used_bytes', 'Heap in use.');
  const refused = counter(
    'adguard_exporter_tls_refused_total',
    "Versions of the server's TLS files that could not be used; the ones before went on serving.",
  );
  build.set([version, process.version], 1);
  store.beforeRender(() => {
    memory.set([], process.memoryUsage.rss());
    heap.set([], process.memoryUsage().heapUsed);
    const { user, system } = process.cpuUsage();
    processor.set([], (user + system) / 1e6);
    refused.set([], refusedTlsFiles());
  });
}
