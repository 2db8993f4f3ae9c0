/**
 * A word as a person can paste it: for the shells of Unix, and on Windows for PowerShell and cmd alike. Between double quotes cmd still
 * reads `%` and PowerShell `$` and the backtick; single quotes are PowerShell's, which is what Windows opens today.
 */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32')
    return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  if (/^[\w+=:./\\-]+$/.test(word)) return word;
  return /["$%`]/.test(word) ? `'${word.replaceAll("'", "''")}'` : `"${word}"`;
}
