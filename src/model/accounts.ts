/**
 * Text of a passwd or group file to ids by name (third column, see passwd(5) and group(5)). Lines that are not of that
 * form (comments, NIS `+` entries) are left out; the first entry of a name counts, as in getpwnam(3).
 */
export function parseAccounts(text: string): Readonly<Record<string, number>> {
  const accounts: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name === undefined || name === '' || id === undefined || !/^\d+$/.test(id)) continue;
    if (!Object.hasOwn(accounts, name)) accounts[name] = Number(id);
  }
  return accounts;
}
