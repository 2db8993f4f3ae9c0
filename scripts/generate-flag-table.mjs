// docs/upstream-flags.yaml, which `sidestep migrate` reads, as a table for people: docs/upstream-flags.md.
// With --check nothing is written; a stale page is exit code 1.
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {parse} from 'yaml';

const data = new URL('../docs/upstream-flags.yaml', import.meta.url);
const page = new URL('../docs/upstream-flags.md', import.meta.url);

const titles = {
  train: 'Training and preprocessing',
  preprocess: 'preprocess',
  estimate: 'estimate',
  analyze: 'analyze (PP++)',
  dataset: 'dataset',
  export: 'export',
  subcommands: 'Subcommands',
};

export function flagTable() {
  const table = parse(readFileSync(data, 'utf8'));
  const sections = Object.entries(table).map(([name, flags]) => section(titles[name] ?? name, flags));
  return `${HEAD}\n${sections.join('\n')}`;
}

function section(title, flags) {
  const rows = Object.entries(flags).map(([flag, entry]) => `| \`${flag}\` | ${meaning(entry)} |`);
  return `## ${title}\n\n| upstream | here |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function meaning({
  stage,
  key,
  value,
  values,
  adapter,
  zero,
  reason,
  instead,
  command,
  remark,
  file_key,
  ...rest
}) {
  if (instead !== undefined) return cell(`${reason} ${instead}`);
  if (reason !== undefined) return cell(`not needed: ${reason}`);
  if (command !== undefined) return `\`${command}\``;
  const place =
    stage === undefined
      ? `\`${key}\` of the pipeline`
      : key === undefined
        ? `stage \`${stage}\``
        : `stage \`${stage}\`, \`${key}\``;
  const notes = [
    ...(value === undefined ? [] : [`\`${JSON.stringify(value)}\``]),
    ...Object.entries(values ?? {})
      .filter(([theirs, ours]) => theirs !== ours)
      .map(([theirs, ours]) => `${theirs} is \`${typeof ours === 'string' ? ours : JSON.stringify(ours)}\``),
    ...(adapter === undefined ? [] : [`with \`adapter.type: ${adapter}\``]),
    ...(zero === undefined ? [] : ['0 is an absent key']),
    ...(file_key === undefined ? [] : [`the file's name is \`${file_key}\``]),
    ...(rest.default === undefined ? [] : [`Side-Step 1.1: \`${String(rest.default)}\``]),
    ...(remark === undefined ? [] : [remark]),
  ];
  return cell([place, ...notes].join('; '));
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

const HEAD = `# From upstream's flags to YAML keys

Generated from \`docs/upstream-flags.yaml\` by \`node scripts/generate-flag-table.mjs\`; \`sidestep migrate\` follows the same data:

    sidestep migrate -- train.py fixed --checkpoint-dir ./checkpoints --audio-dir ./my_audio --rank 64
    sidestep migrate -- sidestep train -M base -d ./my_tensors -o ./output/my_lora

A line of Side-Step 1.x (its command \`sidestep\`, its subcommands, its shorter flags) also gets what Side-Step 1.1 does where the line
says nothing: the defaults named below, each written into the pipeline with a comment.
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    if (readFileSync(page, 'utf8') !== flagTable()) {
      console.error('docs/upstream-flags.md is stale: node scripts/generate-flag-table.mjs');
      process.exitCode = 1;
    }
  } else writeFileSync(page, flagTable());
}
