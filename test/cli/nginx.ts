import {spawn, spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished} from 'vitest';

/** A real server with WebDAV: Debian's `nginx` (PUT and MKCOL are in it; `libnginx-mod-http-dav-ext` adds the rest of the protocol). */
export const nginxPossible = process.platform === 'linux' && spawnSync('nginx', ['-v']).error === undefined;

export interface Nginx {
  readonly url: string;
  /** Where it keeps files. */
  readonly store: string;
  readonly stop: () => Promise<void>;
}

/** `reader:look` may read, `writer:store` may do both, no one else anything. In the foreground, in a folder of its own, gone with the test. */
export async function startNginx(folder: string): Promise<Nginx> {
  const port = await freePort();
  const file = (name: string) => join(folder, name);
  for (const name of ['store', 'body', 'other']) mkdirSync(file(name), {recursive: true});
  writeFileSync(file('all'), 'reader:{PLAIN}look\nwriter:{PLAIN}store\n');
  writeFileSync(file('writers'), 'writer:{PLAIN}store\n');
  chmodSync(folder, 0o755);
  const extended = '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so';
  const module = existsSync(extended);
  const others = ['fastcgi', 'uwsgi', 'scgi', 'proxy'].map((name) => `${name}_temp_path ${file('other')};`);
  writeFileSync(
    file('nginx.conf'),
    `${module ? `load_module ${extended};` : ''}
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${file('pid')}; error_log ${file('error.log')};
events {}
http {
  access_log ${file('access.log')}; client_body_temp_path ${file('body')}; ${others.join(' ')}
  server {
    listen 127.0.0.1:${port}; client_max_body_size 0;
    location /cache/ {
      alias ${file('store')}/; dav_methods PUT MKCOL DELETE; ${module ? 'dav_ext_methods PROPFIND OPTIONS;' : ''}
      auth_basic cache; auth_basic_user_file ${file('all')};
      limit_except GET { auth_basic cache; auth_basic_user_file ${file('writers')}; }
    }
  }
}
`,
  );
  const child = spawn('nginx', ['-c', file('nginx.conf'), '-e', file('error.log')]);
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  onTestFinished(stop);
  const url = `http://127.0.0.1:${port}/cache`;
  await expect
    .poll(
      () =>
        fetch(`${url}/`).then(
          ({status}) => status,
          () => said,
        ),
      {timeout: 20_000},
    )
    .toBe(401);
  return {url, store: file('store'), stop};
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
