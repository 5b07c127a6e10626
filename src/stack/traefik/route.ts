/** How Traefik looks whether a server serves, as its own configuration says it. */
export interface RouteHealth {
  readonly path: string;
  readonly interval: string;
  readonly timeout: string;
  readonly status?: number;
}

/** A host that Traefik serves, and what it leads to. */
export interface Route {
  /** Name of its router, service and transport; metrics and the access log tell it as `<name>@file`. */
  readonly name: string;
  readonly host: string;
  /** What must hold besides the host, as a rule of Traefik. */
  readonly condition?: string;
  readonly access: 'strict' | 'public';
  /** `https://prometheus.lab:9090`. */
  readonly url: string;
  readonly health?: RouteHealth;
  /** How a server behind https is verified. */
  readonly transport?: {
    readonly serverName: string;
    /** house: the authority of the Bastion signed it. public: one that the image knows. */
    readonly trust: 'house' | 'public';
  };
}
