#!/usr/bin/env bash
# clang-tidy over the engine's sources, every finding of .clang-tidy an error:
#   scripts/check-tidy.sh BUILD              files that changed since the branch left main (in CI: since the commit before)
#   scripts/check-tidy.sh BUILD all          every file: about a quarter of an hour on two cores
#   scripts/check-tidy.sh BUILD FILE…        these
# BUILD is a configured build folder; nothing is compiled. Version 14 (Debian, Ubuntu: clang-tidy-14), since others find other things.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${1:?a build folder}"
shift
program=clang-tidy-14
command -v $program >/dev/null || { echo "clang-tidy 14 is needed (Debian, Ubuntu: clang-tidy-14)" >&2; exit 2; }

# What the build compiles for this processor; the addon and the CUDA sources have headers of their own.
compiled() { node -e '
  const {relative} = require("node:path");
  const commands = JSON.parse(require("node:fs").readFileSync(`${process.argv[1]}/compile_commands.json`, "utf8"));
  const files = new Set(commands.map(({file}) => relative(process.cwd(), file)));
  for (const file of files) if (/^native\/(?!binding|simt).*\.cpp$/.test(file)) console.log(file);
' "$build"; }

changed() {
  local since
  since="$(git merge-base HEAD "origin/${GITHUB_BASE_REF:-main}" 2>/dev/null || git merge-base HEAD main 2>/dev/null || true)"
  [ -n "$since" ] && [ "$since" != "$(git rev-parse HEAD)" ] || since="$(git rev-parse --verify -q HEAD~1 || git rev-parse HEAD)"
  git diff --name-only --diff-filter=d "$since" -- 'native/*.cpp'
}

case "${1:-}" in
  all) files="$(compiled)" ;;
  "") files="$(compiled | grep -Fxf <(changed) || true)" ;;
  *) files="$(printf '%s\n' "$@")" ;;
esac
[ -n "$files" ] || { echo "No source that clang-tidy would look at has changed."; exit 0; }
xargs -n 4 -P "$(nproc)" $program -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option <<<"$files"
