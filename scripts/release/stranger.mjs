// A person with an empty project, in a folder with spaces and letters beyond ASCII, who installs the program and trains the example.
import {spawn} from 'node:child_process';
import {chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {CLIENTS} from './clients.mjs';

/** The registry lives in this process: it must not wait. */
export function run([program, ...words], options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {...options, stdio: ['ignore', 'pipe', 'pipe']});
    const said = {stdout: '', stderr: ''};
    for (const stream of ['stdout', 'stderr'])
      child[stream].setEncoding('utf8').on('data', (text) => (said[stream] += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({...said, status: code ?? signal}));
  });
}

/** What a command wrote; throws with everything it said when it ends with another status. */
export async function expectStatus(status, words, options) {
  const ended = await run(words, options);
  if (ended.status !== status)
    throw new Error(`${words.join(' ')} ended with ${ended.status}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
}

const YARN4 = (registry) =>
  `npmRegistryServer: "${registry}"\nunsafeHttpWhitelist: ["127.0.0.1"]\nenableTelemetry: false\nnpmMinimalAgeGate: 0\nenableGlobalCache: false\nenableImmutableInstalls: false\n`;

/** The project and how commands run in it; `path` is all that this person has of programs. */
function newPerson({place, name, client, path, registry}) {
  const home = join(place.work, `Ünïcode folder ${name}`);
  const project = join(home, 'mein Projekt ✓');
  mkdirSync(project, {recursive: true});
  writeFileSync(join(project, 'package.json'), '{"name": "songs", "private": true}\n');
  if (client === 'yarn4') writeFileSync(join(project, '.yarnrc.yml'), YARN4(registry));
  for (const each of [home, project, ...readdirSync(project).map((file) => join(project, file))])
    if (place.owner !== undefined) chownSync(each, place.owner, place.owner);
  const inherited = Object.entries(process.env).filter(([variable]) =>
    /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i.test(variable),
  );
  const env = {
    ...Object.fromEntries(inherited),
    PATH: `${path}:${place.inside(home)}/global/bin`,
    npm_config_prefix: `${place.inside(home)}/global`,
    HOME: place.inside(home),
    LANG: 'C.UTF-8',
    npm_config_registry: registry,
    YARN_REGISTRY: registry,
    CI: 'true',
  };
  const act = async (status, words, more = {}) => {
    const {words: wrapped, options} = place.command(words, {cwd: project, env: {...env, ...more}});
    return expectStatus(status, wrapped, options);
  };
  return {project, act, ...CLIENTS[client]};
}

function expectText(text, pattern, what) {
  if (!pattern.test(text)) throw new Error(`${what}: expected ${pattern}, found\n${text}`);
}

/** `doctor`, and what it says of the engine. */
async function engineCheck({act, start}, status) {
  const {stdout} = await act(status, [...start, 'doctor', '--json']);
  const {checks, verdict} = JSON.parse(stdout);
  const check = checks.find(({name}) => name === 'addon');
  if ((status === 0) !== (verdict.ready_for !== 'not_ready'))
    throw new Error(`doctor ended with ${status} and is ready for ${verdict.ready_for}`);
  return check;
}

/** Two commands; the adapter's bytes. */
async function train({act, start, project}, origin) {
  const {found} = await engineCheck({act, start}, 0);
  expectText(found, origin, 'doctor found another engine');
  await act(0, [...start, 'example']);
  await act(0, [...start, 'run', 'smoke.yaml', '--plain']);
  return adapterOf({project});
}

function adapterOf({project}) {
  const folder = join(project, 'output/smoke/comfyui');
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  if (file === undefined) throw new Error(`no adapter in ${folder}`);
  return readFileSync(join(folder, file));
}

/** As everybody installs it. */
export async function withEngine(trial) {
  const person = newPerson({...trial, name: `${trial.client} ${trial.node}`});
  await person.act(0, person.install);
  return train(person, /\(the package for this system\)/);
}

/**
 * With the package of a plugin that has cards here: a card's owner, or the made-up one's. The engine must find it where this package manager
 * lays it, and take its errors for what they are.
 */
export async function withPlugin(trial) {
  const person = newPerson({...trial, name: `${trial.client} ${trial.node} card`});
  await person.act(0, person.install);
  await person.act(0, [...person.install.slice(0, -1), trial.plugin]);
  const {stdout} = await person.act(0, [...person.start, 'doctor', '--json']);
  const card = JSON.parse(stdout).checks.find(({name}) => name === 'engine_cuda_0');
  if (card?.state !== 'ok') throw new Error(`doctor does not see the plugin's card: ${stdout}`);
  await person.act(0, [...person.start, 'example']);
  const file = join(person.project, 'smoke.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('device: cpu', 'device: cuda'));
  const run = [...person.start, 'run', 'smoke.yaml', '--plain'];
  await person.act(0, run);
  if (/fake CUDA/.test(card.found)) {
    const again = await person.act(1, [...run, '--force', 'train'], {SIDESTEP_CARD_REFUSES: '1+1000000'});
    expectText(again.stdout + again.stderr, /native\/out-of-memory/, 'an error of the plugin');
  }
  return adapterOf(person);
}

/** Optional packages left out, no compiler: every command says what is the matter, and the words of `doctor` are typed as they are. */
export async function withoutEngine(trial) {
  const person = newPerson({...trial, name: `${trial.client} ${trial.node} bare`});
  await person.act(0, [...person.install, person.without]);
  const {hint} = await engineCheck(person, 1);
  await person.act(0, [...person.start, 'example']);
  const trained = await person.act(1, [...person.start, 'run', 'smoke.yaml', '--plain']);
  expectText(trained.stdout + trained.stderr, /run\/engine-not-built/, 'run without an engine');
  const compiled = await person.act(2, [...person.start, 'build-engine']);
  expectText(
    compiled.stderr,
    /CMake 3\.24 or newer and a C\+\+20 compiler +\[native\/build-tools-missing\]/,
    'build-engine without a compiler',
  );
  const [, words] = /^`([^`]+)` gets the ready one/.exec(hint) ?? [];
  if (words === undefined) throw new Error(`doctor does not say how to get the engine: ${hint}`);
  await person.act(0, words.split(' '));
  return train(person, /\(the package for this system\)/);
}

/** Optional packages left out, with a compiler: the engine is made of the sources that came along. */
export async function ownEngine(trial) {
  const person = newPerson({...trial, name: `${trial.client} ${trial.node} builds`});
  await person.act(0, [...person.install, person.without]);
  await person.act(0, [...person.start, 'build-engine']);
  return train(person, /\(compiled here by build-engine\)/);
}
