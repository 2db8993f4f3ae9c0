// A registry on this machine that npm, pnpm and Yarn publish to and install from, for trying a release: verdaccio, which has what was
// published here, and for all other packages asks the one of npm. Its 327 packages are no part of a checkout: registry/ pins them,
// and build/registry/ holds them once they were needed.
import {execFileSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const pinned = join(here, 'registry');
const installed = join(dirname(dirname(here)), 'build/registry');
const LOCK = 'package-lock.json';

function isInstalled() {
  const lock = join(installed, LOCK);
  const complete = join(installed, 'node_modules/.package-lock.json'); // the last that npm writes
  return existsSync(complete) && readFileSync(lock).equals(readFileSync(join(pinned, LOCK)));
}

/** verdaccio's module. */
function verdaccio() {
  if (!isInstalled()) {
    rmSync(installed, {recursive: true, force: true});
    mkdirSync(installed, {recursive: true});
    for (const name of ['package.json', LOCK]) copyFileSync(join(pinned, name), join(installed, name));
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['ci', ...options], {
      cwd: installed,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  }
  return createRequire(join(installed, 'package.json'))('verdaccio');
}

/** Our names are never asked for elsewhere: what is installed of them was published here. */
function configuration(folder) {
  const ours = {access: '$all', publish: '$authenticated'};
  return {
    configPath: join(folder, 'config.yaml'), // there is no such file: other paths would be relative to it
    storage: join(folder, 'storage'),
    auth: {htpasswd: {file: join(folder, 'htpasswd')}},
    web: {enable: false},
    uplinks: {npmjs: {url: 'https://registry.npmjs.org/', timeout: '60s', max_fails: 10}},
    packages: {
      'sidestep-ace': ours,
      '@sidestep-ace/*': ours,
      '**': {access: '$all', proxy: 'npmjs'},
    },
    max_body_size: '200mb', // the CUDA plugins, in base64
    log: {type: 'stdout', format: 'pretty', level: 'error'},
  };
}

/** The token of a new user, as `npm adduser` gets one. */
async function newUser(url) {
  const answer = await fetch(`${url}/-/user/org.couchdb.user:somebody`, {
    method: 'PUT',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({name: 'somebody', password: 'known to nobody else'}),
  });
  if (answer.status !== 201)
    throw new Error(`The registry takes no user: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).token;
}

/** Starts it on a free port, with its files in `folder`; `url` is what clients take as their registry, `token` what publishing needs. */
export async function startRegistry(folder) {
  const app = await verdaccio().runServer(configuration(folder));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((listening, failed) => server.once('listening', listening).once('error', failed));
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return {url, token: await newUser(url), close};
}
