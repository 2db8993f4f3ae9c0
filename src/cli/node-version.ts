/** The oldest minor version of each major that sidestep runs on; package.json says the same to package managers. */
const OLDEST: Readonly<Record<number, number>> = {20: 19, 22: 12};
const NEWER_THAN = 22;

/** `22.12.0` → whether sidestep runs on that Node. */
export function runsOn(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const oldest = OLDEST[major];
  return major > NEWER_THAN || (oldest !== undefined && minor >= oldest);
}

/** What somebody with another Node is told, on one line. */
export function wrongNode(version: string, wanted: string): string {
  return `sidestep needs Node ${wanted}, and this is Node ${version}: install a newer one from https://nodejs.org or your version manager.`;
}
