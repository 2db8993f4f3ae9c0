// Two to four runners at once on one cache, in one project or several, while `cache gc` cleans up beside them.
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expectNothingLeft, expectResults, expectSuccess, projectAt, VARIANTS} from './project.mjs';
import {chanceOf} from './random.mjs';

export async function runnersRound({seed, project, world}) {
  const chance = chanceOf(seed);
  const cache = join(project.path, 'shared-cache');
  const count = chance.between(2, 4);
  const runners = Array.from({length: count}, (_, index) => ({
    project: projectIn(project.path, `project-${index}`),
    variant: chance.pick(Object.keys(VARIANTS)),
    delay: Math.round(chance.next() * 1500),
  }));
  const twins = chance.happens(0.3); // two of them in one project
  if (twins) Object.assign(runners[1], {project: runners[0].project, variant: runners[0].variant});
  for (const runner of runners) runner.project.write(runner.variant);
  let over = false;
  const cleaning = keepCleaning(runners[0].project, {cache, chance: chanceOf(seed + 1), over: () => over});
  const ends = await Promise.all(
    runners.map(async ({project: each, delay}) => {
      await sleep(delay);
      return each.run([], {cache});
    }),
  );
  over = true;
  const cleaned = await cleaning;
  for (const end of ends) expectSuccess(end);
  // While somebody runs, gc says so and touches nothing.
  for (const end of cleaned) if (!end.stdout.includes('"cache/in-use"')) expectSuccess(end);
  for (const {project: each, variant} of runners)
    expectResults(each.results(), world.references[variant].results);
  for (const {project: each} of runners) await expectNothingLeft(each, cache);
  expectSuccess(await runners[0].project.command(['cache', 'verify'], {cache}));
  return {
    did: `${count} runners${twins ? ', two of them in one project' : ''}, ${cleaned.length} times gc`,
    cases: count,
  };
}

function projectIn(folder, name) {
  mkdirSync(join(folder, name));
  return projectAt(join(folder, name));
}

async function keepCleaning(project, {cache, chance, over}) {
  const ends = [];
  while (!over()) {
    await sleep(200 + chance.next() * 2000);
    if (!over()) ends.push(await project.command(['cache', 'gc', '--json'], {cache}));
  }
  return ends;
}
