/**
 * How schemas are compiled, at run time and beforehand alike: every error at once with the schema that it breaks, and
 * defaults filled in. The schemas themselves are checked by a test rather than at every start.
 */
export const AJV_OPTIONS = {
  allErrors: true,
  verbose: true,
  useDefaults: true,
  allowUnionTypes: true,
  validateSchema: false,
} as const;
