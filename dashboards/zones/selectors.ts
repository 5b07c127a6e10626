import { IN_ZONE, OF_CLIENT, OF_SERVICE } from '../shared/variables.ts';

/** Matchers of what is counted by zone and service. */
export const HTTP = `${IN_ZONE},${OF_SERVICE}`;
/** Matchers of what is counted by zone and client. */
export const CLIENT = `${IN_ZONE},${OF_CLIENT}`;
/** Clients that are told, with the zone that they are in: for families that know the client only. */
export const CLIENTS = `max by (client) (adguard_client_info{${CLIENT}})`;
