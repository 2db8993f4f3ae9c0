// The stage types as the program has them: their declarations, and what loads their work. Names follow from the type's: of
// `preprocess.pass1` the files are preprocess-pass1.ts, the declaration and the worker's entry are called preprocessPass1, a light
// stage's function lightPreprocessPass1. Words that TypeScript keeps for itself get `Stage` behind them.
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import ts from 'typescript';
import {stageTypes} from './sources.mjs';

const banner = '/** Generated from the files in schema/ by `npm run generate`; not to be edited. */\n';

/** Texts by their path. Throws where a type of schema/ has no declaration or no work. */
export function stageTables(root) {
  const stages = stageTypes.map((name) => {
    const file = name.replaceAll('.', '-');
    const camel = file.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
    const light = existsSync(join(root, `src/run/light/${file}.ts`));
    for (const [path, what] of [
      [`src/stage/${file}.ts`, 'declaration'],
      [`src/${light ? 'run/light' : 'worker'}/${file}.ts`, 'work'],
    ])
      if (!existsSync(join(root, path)))
        throw new Error(`schema/stage.${name}.schema.json has no ${what}: ${path} is not there`);
    return {name, file, light, exported: isReserved(camel) ? `${camel}Stage` : camel};
  });
  return new Map([
    [join(root, 'src/stage/declared.generated.ts'), declarations(stages)],
    [join(root, 'src/worker/entries.generated.ts'), entries(stages.filter(({light}) => !light))],
    [join(root, 'src/run/light/table.generated.ts'), lightTable(stages.filter(({light}) => light))],
  ]);
}

function isReserved(word) {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true);
  scanner.setText(word);
  return scanner.scan() !== ts.SyntaxKind.Identifier;
}

function declarations(stages) {
  return `${banner}${imports(stages, ({exported, file}) => [exported, `./${file}.js`])}
/** Every stage type there is, in the order in which a pipeline usually has them. */
export const declared = [${stages.map(({exported}) => `\n  ${exported},`).join('')}\n];
`;
}

function entries(stages) {
  const rows = stages.map(
    ({name, file, exported}) =>
      `  ${propertyName(name)}: async () => (await import('./${file}.js')).${exported},\n`,
  );
  return `${banner}import type {WorkerEntries} from './serve.js';

/** The work of every heavy stage type, loaded with its first job. */
export const workerEntries: WorkerEntries = {\n${rows.join('')}};
`;
}

function lightTable(stages) {
  const run = ({file}) => `light${`-${file}`.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase())}`;
  return `${banner}import type {LightStage} from '../light-stage.js';
${imports(stages, (stage) => [run(stage), `./${stage.file}.js`])}
/** The work of every light stage type, by its name. */
export const lightStages: ReadonlyMap<string, LightStage> = new Map([${stages
    .map((stage) => `\n  ['${stage.name}', ${run(stage)}],`)
    .join('')}\n]);
`;
}

function imports(stages, of) {
  return stages
    .map(of)
    .sort(([, a], [, b]) => (a < b ? -1 : 1))
    .map(([name, file]) => `import {${name}} from '${file}';\n`)
    .join('');
}

function propertyName(name) {
  return /^\w+$/.test(name) ? name : `'${name}'`;
}
