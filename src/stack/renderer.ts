import type { StackKind } from '../model/key.ts';
import type { Levels } from '../model/levels.ts';
import type {
  AdGuardExporterManifest,
  BastionManifest,
  CertificateManifest,
  ContainerManifest,
  DashboardManifest,
  DirectoryManifest,
  FileManifest,
  GrafanaManifest,
  ImageManifest,
  MonitoredServiceManifest,
  NetworkManifest,
  NetworkZoneManifest,
  NodeExporterManifest,
  PrometheusManifest,
  ScrapeTargetManifest,
  SecretManifest,
  TraefikManifest,
  VolumeManifest,
} from '../model/manifest-types.ts';
import type { ServiceSpec } from '../model/service-spec.ts';

/** Manifests of the high-level kinds, validated, defaults filled in. */
export interface StackManifests {
  Traefik: TraefikManifest;
  Prometheus: PrometheusManifest;
  NodeExporter: NodeExporterManifest;
  Grafana: GrafanaManifest;
  AdGuardExporter: AdGuardExporterManifest;
  ScrapeTarget: ScrapeTargetManifest;
  Dashboard: DashboardManifest;
  NetworkZone: NetworkZoneManifest;
  MonitoredService: MonitoredServiceManifest;
}

type Written<M extends { kind: string; spec: object }> = {
  readonly apiVersion: 'bastion.lab/v1';
  readonly kind: M['kind'];
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  /** As a person would write it: fields with a default may be left out. */
  readonly spec: DeepPartial<M['spec']>;
};

type DeepPartial<T> = T extends readonly (infer I)[]
  ? readonly DeepPartial<I>[]
  : T extends object
    ? { readonly [P in keyof T]?: DeepPartial<T[P]> }
    : T;

/** A manifest of a primitive kind, as if a person had written it: it goes through the same checks. */
export type RenderedManifest =
  | Written<NetworkManifest>
  | Written<VolumeManifest>
  | Written<ImageManifest>
  | Written<DirectoryManifest>
  | Written<FileManifest>
  | Written<SecretManifest>
  | Written<CertificateManifest>
  | Written<ContainerManifest>;

/** The whole house, as far as a renderer may look around in it. Plain values. */
export interface House {
  readonly bastion: BastionManifest['spec'];
  /** All high-level resources, by name within a kind. A Dashboard's file was read already (`source` to its text). */
  readonly stack: { readonly [K in StackKind]: readonly StackManifests[K][] };
  readonly levels: Levels;
  /** Wanted image reference to the one that is used (the Bastion's overrides). */
  readonly image: (reference: string) => string;
  /** Text of a file beside a manifest, by manifest key and written path. */
  readonly source: (path: string) => string | undefined;
}

/** Something in a high-level resource that cannot be rendered. */
export interface RenderProblem {
  /** Path of the field in the document. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface Rendered {
  readonly manifests: readonly RenderedManifest[];
  readonly service?: ServiceSpec;
  readonly problems?: readonly RenderProblem[];
}

/** One high-level resource to what it is made of. Pure: equal house, equal manifests. */
export type Renderer<K extends StackKind> = (manifest: StackManifests[K], house: House) => Rendered;
