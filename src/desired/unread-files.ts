import { closeSync, openSync } from 'node:fs';
import type { FileDigests } from './file-digests.ts';

/**
 * For those who plan nothing: a file is opened, so that one which cannot be read is told, and not read, as a build context
 * may hold 100 MB. What a desired state that was read so says of a context is not what an image was built from.
 */
export const UNREAD_FILES: FileDigests = {
  of(path) {
    closeSync(openSync(path, 'r'));
    return 'unread';
  },
};
