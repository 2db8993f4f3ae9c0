#!/usr/bin/env node
import {readFileSync} from 'node:fs';
import {bundledEntry} from '../app/bundled.js';
import {runsOn, wrongNode} from './node-version.js';

// Looked at before anything else is loaded: what comes next uses what an older Node does not have.
if (runsOn(process.versions.node)) {
  const dist = new URL('../', import.meta.url);
  const entry = bundledEntry(dist, {bundle: 'bundle-cli/start.js', module: 'cli/start.js'});
  const {start}: typeof import('./start.js') = await import(entry.href);
  await start();
} else {
  const {engines} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  process.stderr.write(`${wrongNode(process.versions.node, engines.node)}\n`);
  process.exitCode = 2;
}
