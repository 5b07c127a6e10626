/** `npm run images [name ...]`: brings the images of demo and tests onto the engine and prints how each is named. */
import { IMAGE_NAMES, type ImageName } from '../test/images/recipes.ts';
import { ensureImages } from '../test/images/ensure-images.ts';
import { findEngine } from './support/find-engine.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !IMAGE_NAMES.includes(name as ImageName));
const host = await findEngine();
if (unknown.length > 0) {
  console.error(`Unknown image ${unknown.join(', ')}; known: ${IMAGE_NAMES.join(', ')}`);
  process.exitCode = 64;
} else if (host === undefined) {
  console.error('No engine answers: set DOCKER_HOST, or start the Docker service.');
  process.exitCode = 1;
} else {
  const images = await ensureImages(host, wanted.length > 0 ? (wanted as ImageName[]) : IMAGE_NAMES, console.error);
  console.log(JSON.stringify(images, null, 2));
  if (Object.values(images).some((image) => !image.available)) process.exitCode = 1;
}
