// A registry on this machine that npm, pnpm and Yarn publish to and install from: packages that were published here, and for all
// others what the real one says. For trying a release; it keeps everything in memory and asks no one who he is.
import {createServer} from 'node:http';

const UPSTREAM = 'https://registry.npmjs.org';

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Starts it on a free port; `url` is what clients take as their registry. */
export async function startRegistry() {
  const packages = new Map();
  const tarballs = new Map();
  let url;

  /** The document of `npm publish`: a manifest, and the tarball in base64 beside it. */
  function publish(name, document) {
    const known = packages.get(name) ?? {name, versions: {}, 'dist-tags': {}, time: {}};
    for (const [version, manifest] of Object.entries(document.versions)) {
      if (known.versions[version] !== undefined) return 409;
      known.versions[version] = {
        ...manifest,
        dist: {...manifest.dist, tarball: `${url}/-/tarball/${encodeURIComponent(name)}/${version}`},
      };
      known.time[version] = new Date().toISOString();
      const [attachment] = Object.values(document._attachments);
      tarballs.set(`${name} ${version}`, Buffer.from(attachment.data, 'base64'));
    }
    Object.assign(known['dist-tags'], document['dist-tags']);
    packages.set(name, known);
    return 201;
  }

  /** Of the real registry documents alone: tarballs are fetched from where those say. */
  async function forward(path, headers, response) {
    const accept = headers.accept ?? 'application/json';
    const answer = await fetch(`${UPSTREAM}${path}`, {headers: {accept}});
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }

  async function serve(request, response) {
    const path = new URL(request.url, url).pathname;
    const [, name, version] = /^\/-\/tarball\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const tarball = name === undefined ? undefined : tarballs.get(`${decodeURIComponent(name)} ${version}`);
    if (tarball !== undefined) {
      response.writeHead(200, {'content-type': 'application/octet-stream'});
      return response.end(tarball);
    }
    const wanted = decodeURIComponent(path.slice(1));
    if (request.method === 'PUT') {
      const status = publish(wanted, JSON.parse(await bodyOf(request)));
      response.writeHead(status, {'content-type': 'application/json'});
      return response.end(JSON.stringify({ok: status === 201}));
    }
    if (packages.has(wanted)) {
      response.writeHead(200, {'content-type': 'application/json'});
      return response.end(JSON.stringify(packages.get(wanted)));
    }
    return forward(path, request.headers, response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      response.writeHead(502);
      response.end(String(error));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${server.address().port}`;
  return {url, published: () => [...packages.keys()], close: () => server.close()};
}
