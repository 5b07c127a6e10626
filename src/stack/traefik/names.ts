/** Name of the entrypoint at which metrics and API are served inside the monitoring network; never published. */
export const METRICS_ENTRYPOINT = 'metrics';
export const METRICS_PORT = 8082;

/** Plain HTTP on the container's loopback: `traefik healthcheck` speaks nothing else. */
export const PING_ENTRYPOINT = 'ping';
export const PING_ADDRESS = '127.0.0.1:8083';

/** Adopted Traefik only: what the metrics entrypoint hands on to once a client has shown its certificate. */
export const INTERNAL_ENTRYPOINT = 'bastion-internal';
export const INTERNAL_ADDRESS = '127.0.0.1:8084';

/** Names of our own routers; applications cannot be called so. */
export const METRICS_ROUTER = 'bastion-metrics';
export const API_ROUTER = 'bastion-api';
export const DASHBOARD_ROUTER = 'bastion-dashboard';
