import {spawn} from 'node:child_process';

/** What opens an address in the browser that the person has chosen, by system. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** False where there is no browser, as on a machine that one is logged in to from elsewhere. */
export function openInBrowser(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], {env, detached: true, stdio: 'ignore'});
    child.once('error', () => resolve(false));
    child.once('spawn', () => child.unref());
    child.once('exit', (code) => resolve(code === 0));
  });
}
