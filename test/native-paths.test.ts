import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';

const sources = readdirSync('native', {recursive: true, encoding: 'utf8'})
  .filter((name) => /\.(?:cpp|h|cu|cuh)$/.test(name))
  .map((name) => join('native', name));

/** What goes through the code page of a Windows: paths as narrow text and back, the system's words. */
const BY_THE_CODE_PAGE =
  /(?:\.|->)string\(\)|filesystem::path \w+ = (?!path_)[^;]*\bas_string\(\)|\b(?:fs|filesystem)::path\((?!path_)[^;]*\bas_string\(\)|\bstd::string \w+ = [^;(]*\.(?:path|filename|stem|extension)\(\)(?:\.(?:filename|stem|extension)\(\))?;|\b(?:system_category|code)\(\)\.message\(/;

const withoutComments = (text: string) => text.replace(/\/\/.*$/gm, '');

test('paths become text, and text paths, in UTF-8 alone (core/path_text.h)', () => {
  const found = sources.flatMap((file) =>
    withoutComments(readFileSync(file, 'utf8'))
      .split('\n')
      .flatMap((line, index) =>
        BY_THE_CODE_PAGE.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});

test('the rule finds what it is for', () => {
  for (const line of [
    'throw Error("x", path.string() + ": gone");',
    'const std::filesystem::path folder = params.at("path").as_string();',
    'fs::path(params.at("output_dir").as_string()) / "a"',
    'const std::string name = entry.path().filename();',
    'return std::system_category().message(number);',
  ])
    expect(BY_THE_CODE_PAGE.test(line), line).toBe(true);
  for (const line of [
    'throw Error("x", utf8_of(path) + ": gone");',
    'const std::filesystem::path folder = path_param(params, "path");',
    'files.push_back(path_from_utf8(file.as_string()));',
    'const std::string name = utf8_of(entry.path().filename());',
  ])
    expect(BY_THE_CODE_PAGE.test(line), line).toBe(false);
});
