/** What `npm run demo -- --help` prints. */
export const DEMO_HELP = `npm run demo [-- --down | --help]

  Shows the monitoring stack on this machine: Traefik, Prometheus and exporters over mutual TLS, with traffic. The operator
  runs in this terminal and halts at each gate until you open it, in a second terminal, with the command that it prints.
  Ctrl-C ends it, what it made keeps running, and the next npm run demo goes on from there.

  npm run demo               builds, finds an engine, and starts
  npm run demo -- --down     removes all that the demo made, and ends one that runs in another terminal

  Engine: the one of DOCKER_HOST, if it answers; else that at /var/run/docker.sock; else a private one, for which docker.io is
  installed where it is missing, and which --down stops. The demo's containers, networks and volumes begin with demo-, its files lie in .demo.

Exit codes: 0 done, 1 failed, 64 not understood
`;
