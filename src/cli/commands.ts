import type { CommandDefinition } from './command.ts';
import { COMMON_OPTIONS, LIMIT_OPTION, LISTEN_OPTION, LOG_OPTION, SCHEDULE_OPTION, TLS_OPTIONS } from './options.ts';

/** Every command. Its code is loaded only when it runs: `plan` needs neither the metrics nor the log library. */
export const COMMANDS: Readonly<Record<string, CommandDefinition>> = {
  validate: {
    summary: 'check the desired state; needs no engine',
    maximumPositionals: 0,
    options: COMMON_OPTIONS,
    exitCodes: '0 valid, 2 invalid, 1 could not be read',
    load: () => import('./validate.ts'),
  },
  plan: {
    summary: 'show what would be done, and change nothing anywhere',
    maximumPositionals: 0,
    options: COMMON_OPTIONS,
    exitCodes: '0 nothing to do, 2 there are steps, 3 all steps wait for a human, 1 failed',
    load: () => import('./plan.ts'),
  },
  apply: {
    summary: 'converge once and stop',
    maximumPositionals: 0,
    options: { ...COMMON_OPTIONS, ...LOG_OPTION },
    exitCodes: '0 converged, 3 the rest waits for a human, 1 failed',
    load: () => import('./apply.ts'),
  },
  run: {
    summary: 'converge and keep it so, until stopped',
    maximumPositionals: 0,
    options: { ...COMMON_OPTIONS, ...LISTEN_OPTION, ...TLS_OPTIONS, ...SCHEDULE_OPTION, ...LOG_OPTION },
    exitCodes: '0 stopped by a signal, 1 failed',
    load: () => import('./run.ts'),
  },
  status: {
    summary: 'show gates, drift, failures and every resource',
    maximumPositionals: 0,
    options: COMMON_OPTIONS,
    exitCodes: '0 shown, 1 failed',
    load: () => import('./status.ts'),
  },
  gates: {
    summary: 'show the gates, whose turn it is and how to open them',
    maximumPositionals: 0,
    options: COMMON_OPTIONS,
    exitCodes: '0 shown, 1 failed',
    load: () => import('./gates.ts'),
  },
  certs: {
    summary: 'show certificates, until when and what is served; `certs renew NAME` renews one now',
    positionals: '[renew NAME]',
    maximumPositionals: 2,
    options: COMMON_OPTIONS,
    exitCodes: '0 shown (whatever the problems) or to be renewed, 1 failed or no operator runs that could renew',
    load: () => import('./certs.ts'),
  },
  retry: {
    summary: 'try a resource again that failed, was rolled back or is stalled',
    positionals: 'Kind/name',
    maximumPositionals: 1,
    options: COMMON_OPTIONS,
    exitCodes: '0 it is tried again, 1 failed or no operator runs',
    load: () => import('./retry.ts'),
  },
  history: {
    summary: 'show the steps that ran',
    positionals: '[Kind/name]',
    maximumPositionals: 1,
    options: { ...COMMON_OPTIONS, ...LIMIT_OPTION },
    exitCodes: '0 shown, 1 failed',
    load: () => import('./history.ts'),
  },
  explain: {
    summary: 'describe a kind or a field, e.g. Container.spec.ports',
    positionals: 'KIND[.FIELD...]',
    maximumPositionals: 1,
    options: COMMON_OPTIONS,
    exitCodes: '0 shown, 64 there is no such kind or field',
    load: () => import('./explain.ts'),
  },
  version: {
    summary: 'show the version',
    maximumPositionals: 0,
    options: COMMON_OPTIONS,
    exitCodes: '0',
    load: () => import('./version.ts'),
  },
};
