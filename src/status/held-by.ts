const MOST_NAMES = 3;

/** What a human makes or takes away: each of them is named, however many there are. */
const OF_HUMANS = /^(Gate|gates|hold)\//;

/** What holds a step back, for people: `Gate/look, Certificate/web, Network/front and 9 more`. */
export function heldByText(blockedBy: readonly string[]): string {
  const isOfHumans = (name: string): boolean => OF_HUMANS.test(name);
  const humans = blockedBy.filter(isOfHumans);
  const others = blockedBy.filter((name) => !isOfHumans(name));
  const names = [...humans, ...others.map((name) => (name.includes('/') ? name : `the failure ${name}`))];
  const most = Math.max(MOST_NAMES, humans.length);
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}
