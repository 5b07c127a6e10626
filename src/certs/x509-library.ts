// Its dependency injection reads metadata when it is loaded.
import 'reflect-metadata';

/** A module of its own, so that a bundler makes the same of the CommonJS library as Node does. */
export * as library from '@peculiar/x509';
