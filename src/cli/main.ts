#!/usr/bin/env node
import {readFileSync} from 'node:fs';
import {runsOn, wrongNode} from './node-version.js';

// Looked at before anything else is loaded: what comes next uses what an older Node does not have.
if (runsOn(process.versions.node)) {
  await import('./start.js');
} else {
  const {engines} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  process.stderr.write(`${wrongNode(process.versions.node, engines.node)}\n`);
  process.exitCode = 2;
}
