#!/usr/bin/env bash
# C++ and CUDA look as .clang-format says. `scripts/check-format.sh` names what does not, `--fix` puts it right. The version is pinned:
# each major version of clang-format breaks some lines in its own way. Debian and Ubuntu have it as clang-format-14.
set -euo pipefail
cd "$(dirname "$0")/.."
program=clang-format-14
command -v $program >/dev/null || program=clang-format
version="$($program --version 2>/dev/null || true)"
case "$version" in
  *"version 14."*) ;;
  *)
    echo "clang-format 14 is needed (Debian, Ubuntu: clang-format-14); found: ${version:-none}" >&2
    exit 2
    ;;
esac
how=(--dry-run --Werror)
[ "${1:-}" != --fix ] || how=(-i)
git ls-files -z --cached --others --exclude-standard -- 'native/*.cpp' 'native/*.h' 'native/*.cu' 'native/*.cuh' |
  xargs -0 -n 32 -P "$(nproc)" $program "${how[@]}"
