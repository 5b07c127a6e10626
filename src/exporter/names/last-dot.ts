const DOT = '.'.charCodeAt(0);

/** The last dot of a host's name before a place; -1: there is none. It is near, which `lastIndexOf` takes several times as long to find. */
export function lastDot(host: string, before: number = host.length): number {
  let place = before - 1;
  while (place >= 0 && host.charCodeAt(place) !== DOT) place--;
  return place;
}
