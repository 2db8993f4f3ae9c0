import {spawn, spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {onTestFinished} from 'vitest';

const program = '/usr/sbin/sshd';
/** A real sshd on loopback with keys of its own, until the test ends. Returns how ssh is called. */
export async function startSshd(folder: string): Promise<readonly string[]> {
  const dir = join(folder, 'ssh');
  mkdirSync(dir, {mode: 0o700});
  mkdirSync('/run/sshd', {recursive: true, mode: 0o755});
  for (const key of ['host', 'user'])
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, key)], {stdio: 'inherit'});
  writeFileSync(join(dir, 'authorized'), readFileSync(join(dir, 'user.pub')));
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${dir}/host`,
    `AuthorizedKeysFile ${dir}/authorized`,
    `PidFile ${dir}/pid`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'PrintMotd no',
  ];
  writeFileSync(join(dir, 'sshd_config'), `${config.join('\n')}\n`);
  const daemon = spawn(program, ['-D', '-e', '-f', join(dir, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void daemon.kill());
  let said = '';
  daemon.stderr.on('data', (text) => {
    said += text;
  });
  for (let tries = 0; !said.includes('Server listening'); tries += 1) {
    if (tries > 300 || daemon.exitCode !== null) throw new Error(`sshd did not start: ${said}`);
    await sleep(50);
  }
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${dir}/known`,
    'LogLevel=ERROR',
  ];
  const flags = options.flatMap((option) => ['-o', option]);
  return [
    'ssh',
    '-F',
    '/dev/null',
    '-i',
    join(dir, 'user'),
    '-p',
    String(port),
    ...flags,
    `${userInfo().username}@127.0.0.1`,
  ];
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}
