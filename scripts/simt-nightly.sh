#!/usr/bin/env bash
# What of the SIMT machine takes too long for every change: orders of threads by many seeds, everything under the address sanitizer, the thread
# sanitizer with every CUDA thread as a fiber, and every barrier taken out once. Hours on a few cores.
#   scripts/simt-nightly.sh [seeds] [whole] [asan] [tsan] [barriers]      default: all
# SEEDS=N how many (default 20), FIRST_SEED=N (by default others every day: what failed names its own), BUILD, BUILD_ASAN, BUILD_TSAN folders
set -uo pipefail
cd "$(dirname "$0")/.." || exit
build=${BUILD:-build-simt} build_asan=${BUILD_ASAN:-build-simt-asan} build_tsan=${BUILD_TSAN:-build-simt-tsan}
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(seeds whole asan tsan barriers)
failures=()

compile() { # FOLDER OPTION...: the programs as CI compiles them, so that ccache has them
  local folder=$1
  shift
  cmake -S . -B "$folder" -G Ninja -DSIDESTEP_CUDA=OFF -DSIDESTEP_WERROR=ON -DSIDESTEP_UNITY=PROGRAMS "$@" > /dev/null &&
    cmake --build "$folder" --parallel "$(nproc)" --target sidestep_tests sidestep_golden sidestep_simt sidestep_simt_checks
}
attempt() { # NAME COMMAND...
  local name=$1
  shift
  echo "## $name"
  "$@" || failures+=("$name")
}

ops=(attention_tensor_test conv_test dora_test elementwise_test flow_test gemm_test gemm8bit_test linear_test norm_test optimizer_test prodigy_test quantised_test rotation_test)

seeds() {
  local seed copies count=${SEEDS:-20}
  local first=${FIRST_SEED:-$(($(date +%s) / 86400 * count))}
  for ((seed = first; seed < first + count; seed++)); do
    for copies in lazy random; do
      attempt "random order, seed $seed, $copies copies" env SIDESTEP_SIMT_ORDER=random SIDESTEP_SIMT_SEED="$seed" SIDESTEP_SIMT_COPIES=$copies \
        "$build/sidestep_tests" --device simt "${ops[@]}"
    done
    attempt "random order, seed $seed, data centres' cards, own products" env SIDESTEP_SIMT_ORDER=random SIDESTEP_SIMT_SEED="$seed" SIDESTEP_SIMT_SHARED=228 \
      SIDESTEP_CUBLASLT= "$build/sidestep_tests" --device simt attention_tensor_test conv_test gemm_test gemm8bit_test
    attempt "random order, seed $seed, products of warp groups" env SIDESTEP_SIMT_ORDER=random SIDESTEP_SIMT_SEED="$seed" SIDESTEP_SIMT_SHARED=hopper \
      "$build/sidestep_tests" --device simt attention_tensor_test
  done
}

whole() {
  attempt "everything, plain attention and whole models too" "$build/sidestep_tests" --device simt
}

asan() { # CI has the kernels under it, here are the programs, too
  compile "$build_asan" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 -DSIDESTEP_SANITIZE=address,undefined || failures+=("address sanitizer's build")
  attempt "address sanitizer" ctest --test-dir "$build_asan" --output-on-failure -R '^simt_' --timeout 7200
}

tsan() { # a race between CUDA threads is one between fibers; only barriers order memory, shuffles and mma do not
  export TSAN_OPTIONS="history_size=4 ${TSAN_OPTIONS:-}"
  compile "$build_tsan" -DCMAKE_BUILD_TYPE=Release -DSIDESTEP_SIMT_SANITIZE=thread || failures+=("thread sanitizer's build")
  local tests=(env "$(cat "$build_tsan/simt/environment")" "$build_tsan/sidestep_tests" --device simt)
  # Of attention what goes every way through the kernels: more of the same tiles would show the same.
  local attention=("in one tile" "in several tiles" "a query without keys")
  attempt "thread sanitizer" "${tests[@]}" "${attention[@]}" gated_add flow_loss "gemm: batches" gemm8bit: quantise_rows "copy: matrices of bytes" modulated_rms_norm optimizer rotation_test sum_rows
  attempt "thread sanitizer, data centres' cards" env SIDESTEP_SIMT_SHARED=228 "${tests[@]}" "${attention[@]}"
  attempt "thread sanitizer, products of warp groups" env SIDESTEP_SIMT_SHARED=hopper "${tests[@]}" "${attention[@]}" "in many tiles"
  attempt "thread sanitizer, own products and convolutions" env SIDESTEP_CUBLASLT= "${tests[@]}" "gemm: 16-bit" "conv1d: strides"
  # Its own sharpness: what numbers cannot show (scripts/ablate-barriers.sh), it must.
  notices() { # FILE WORDS SHARED TESTS
    local line
    line=$(grep -n "$2" "native/ops/$1" | cut -d: -f1)
    echo "## thread sanitizer without $1:$line"
    TSAN_OPTIONS="halt_on_error=1 $TSAN_OPTIONS" SIDESTEP_SIMT_SKIP=$1:$line SIDESTEP_SIMT_SHARED=$3 "${tests[@]}" --stop-on-failure "$4" 2>&1 | grep 'data race' ||
      failures+=("the thread sanitizer does not notice $1:$line")
  }
  notices adamw8bit_cuda.cu "every lane has read the old scales" 100 "adamw8bit: its steps"
  notices attention_dkv_hopper_cuda.cu "every lane has read the last" hopper "in several tiles"
}

[[ " ${parts[*]} " =~ ' seeds '|' whole '|' barriers ' ]] && { compile "$build" -DCMAKE_BUILD_TYPE=Release || exit; }
for part in "${parts[@]}"; do
  case $part in
    seeds | whole | asan | tsan) $part ;;
    barriers) attempt "barriers" scripts/ablate-barriers.sh "$build" ;;
    *) echo "unknown part: $part"; exit 2 ;;
  esac
done
echo "# $([ ${#failures[@]} -eq 0 ] && echo 'all passed' || printf 'failed: %s; ' "${failures[@]}")"
[ ${#failures[@]} -eq 0 ]
