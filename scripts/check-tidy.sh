#!/usr/bin/env bash
# clang-tidy over the engine's sources, every finding of .clang-tidy an error:
#   scripts/check-tidy.sh BUILD              files that changed since the branch left main; on main, since the commit before
#   scripts/check-tidy.sh BUILD since=REV    files that changed since REV
#   scripts/check-tidy.sh BUILD all          every file
#   scripts/check-tidy.sh BUILD FILE…        these
# What is not committed counts as changed; of a header that changed its source and its test are looked at. A file takes about two
# seconds of a core, most of them for the standard library's headers: all are looked at in the lots of native/unity.cmake, which finds the same
# in a third of the time. BUILD is a configured build folder; nothing is compiled. Version 14 (Debian, Ubuntu: clang-tidy-14), since
# others find other things.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${1:?a build folder}"
shift
program=clang-tidy-14
command -v $program >/dev/null || { echo "clang-tidy 14 is needed (Debian, Ubuntu: clang-tidy-14)" >&2; exit 2; }
database="$(mktemp -d)"
trap 'rm -rf "$database"' EXIT

lots=()
if [ "${1:-}" = all ]; then
  build="$database/build"
  cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DSIDESTEP_CUDA=OFF -DSIDESTEP_UNITY=ON >"$database/log" || { cat "$database/log"; exit 1; }
  lots=(--config-file=.clang-tidy "--header-filter=^$PWD/native/.*[.]cpp$") # a lot's sources are headers to it
fi

# What the build compiles for this processor, once each; the addon and the SIMT machine have headers of their own.
node -e '
  const {relative, resolve} = require("node:path");
  const {readFileSync, writeFileSync} = require("node:fs");
  const [build, out] = process.argv.slice(1);
  const kept = new Map();
  for (const entry of JSON.parse(readFileSync(`${build}/compile_commands.json`, "utf8"))) {
    const file = relative(process.cwd(), resolve(entry.directory, entry.file));
    if (/^native\/(?!binding|simt).*\.cpp$|\/Unity\//.test(file) && !/sidestep_simt/.test(entry.output ?? entry.command)) kept.set(file, entry);
  }
  writeFileSync(`${out}/compile_commands.json`, JSON.stringify([...kept.values()]));
  writeFileSync(`${out}/files`, [...kept.keys()].join("\n") + "\n");
' "$build" "$database"

changed() { # changed REV
  { git diff --name-only --diff-filter=d "$1" -- native; git ls-files --others --exclude-standard -- native; } |
    sed -nE 's/(_test)?\.(cpp|h)$//p' | sed 's/.*/&.cpp\n&_test.cpp/' | sort -u
}

parting() {
  local since
  since="$(git merge-base HEAD "origin/${GITHUB_BASE_REF:-main}" 2>/dev/null || git merge-base HEAD main 2>/dev/null || true)"
  [ -n "$since" ] && [ "$since" != "$(git rev-parse HEAD)" ] || since="$(git rev-parse --verify -q HEAD~1 || git rev-parse HEAD)"
  echo "$since"
}

case "${1:-}" in
  all) files="$(cat "$database/files")" ;;
  "") files="$(grep -Fxf <(changed "$(parting)") "$database/files" || true)" ;;
  since=*) files="$(grep -Fxf <(changed "${1#since=}") "$database/files" || true)" ;;
  *) files="$(printf '%s\n' "$@")" ;;
esac
[ -n "$files" ] || { echo "No source that clang-tidy would look at has changed."; exit 0; }
echo "clang-tidy looks at $(wc -l <<<"$files") files${lots:+ and lots of them}"
# What clang does not know of GCC's options is no finding, nor are counts of what was suppressed in headers. Programs that test and
# measure may be slow, compare bits, make what they throw away, and break a path in two.
of_tests='--checks=-performance-*,-bugprone-suspicious-memory-comparison,-bugprone-unused-raii,-bugprone-suspicious-missing-comma'
export program database of_tests
xargs -n 1 -P "$(nproc)" bash -c '
  file="${!#}" options=()
  case "$file" in
    *_test.cpp | */checks.cpp | native/testing/* | native/golden/* | native/bench/*) options=("$of_tests") ;;
    */sidestep_tests.dir/* | */sidestep_golden.dir/* | */sidestep_bench.dir/* | */sidestep_op_benches.dir/*) options=("$of_tests") ;;
  esac
  $program -p "$database" --quiet --extra-arg=-Wno-unknown-warning-option "${options[@]}" "$@"
' tidy "${lots[@]}" <<<"$files" 2> >(grep -v ' warnings\? generated\.$' >&2 || true)
