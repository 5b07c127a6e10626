import packageFile from '../../package.json' with { type: 'json' };

/** The operator's version, e.g. `0.1.0`. */
export const packageVersion: string = packageFile.version;
