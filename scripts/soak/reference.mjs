// What undisturbed runs leave: the results that every other run has to reach.
import {expectNothingLeft, expectSuccess, newProject, VARIANTS} from './project.mjs';

/** Rounds that run both pipelines. */
const BOTH = ['runners', 'corruption'];

/** A person's results are measured by a clean clone of what they wrote. */
function variantsFor(kinds) {
  if (BOTH.some((kind) => kinds.includes(kind))) return Object.keys(VARIANTS);
  return kinds.every((kind) => kind === 'person' || kind === 'cluster') ? [] : ['first'];
}

/** Runs each pipeline once; the projects stay until `remove`, since their files are what fuzzing starts from. */
export async function takeReferences(kinds) {
  const references = {};
  const variants = [...variantsFor(kinds), ...(kinds.includes('cluster') ? ['cluster'] : [])];
  for (const variant of variants) {
    const project = newProject(`undisturbed-${variant}`);
    if (variant === 'cluster') project.writeFor('here');
    else project.write(variant);
    const started = Date.now();
    expectSuccess(await project.run());
    await expectNothingLeft(project);
    references[variant] = {project, results: project.results(), duration_ms: Date.now() - started};
  }
  const remove = () => {
    for (const variant of variants) references[variant].project.remove();
  };
  return {...references, remove};
}
