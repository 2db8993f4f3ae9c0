#!/usr/bin/env bash
# Proves the CUDA backend on a machine with a card: builds plugin, tests, golden suite and benches, runs them, and writes one
# result file. Needs a driver, the CUDA toolkit, CMake and a C++20 compiler; no Node, no network. cuBLASLt is looked for in the
# toolkit and beside Python's torch; without it the engine's own product kernel serves and the benches say so.
#
#   native/bench/on-gpu.sh [PART]...      parts: build test golden sanitize bench (default: all, in this order)
#   RESULT=FILE   where to write (default: native/bench/results/<card>-<date>.txt)     BUILD=FOLDER (default: build-gpu)
#   CONFIG=FILE   a DiT's config.json for the whole-step benches (default: the 2B model's values)
#   LIMIT=SECONDS for each program (default: 300)
set -uo pipefail
cd "$(dirname "$0")/../.."

card=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -1 | tr ' /' '--')
build=${BUILD:-build-gpu}
result=${RESULT:-native/bench/results/${card:-no-card}-$(date +%Y-%m-%d).txt}
limit=${LIMIT:-300}
parts=("$@")
[ ${#parts[@]} -eq 0 ] && parts=(build test golden sanitize bench)
failures=()
mkdir -p "$(dirname "$result")" "$build"
: > "$result"
say() { printf '%s\n' "$@" | tee -a "$result"; }

# Runs one program, keeps its output, remembers a failure and goes on.
step() {
  local name=$1
  shift
  say "" "## $name" "\$ $*"
  local begin=$SECONDS
  timeout "$limit" "$@" >> "$result" 2>&1
  local status=$?
  say "($name: $([ $status -eq 0 ] && echo passed || echo "FAILED with status $status") in $((SECONDS - begin)) s)"
  [ $status -eq 0 ] || failures+=("$name")
}

find_cublaslt() {
  [ -n "${SIDESTEP_CUBLASLT:-}" ] && return
  local found
  found=$(python3 - 2>/dev/null <<'PYTHON'
import glob, site, sys
roots = site.getsitepackages() + [site.getusersitepackages()] + sys.path
hits = [f for root in roots for f in sorted(glob.glob(f"{root}/nvidia/*/lib/libcublasLt.so.1[23]") + glob.glob(f"{root}/torch/lib/libcublasLt.so.1[23]"))]
print(hits[-1] if hits else "")
PYTHON
  )
  # Beside the toolkit the plugin finds it by itself; the loader must find what the library itself needs.
  if [ -n "$found" ] && ! ls /usr/local/cuda/lib64/libcublasLt.so.* > /dev/null 2>&1; then
    export SIDESTEP_CUBLASLT=$found LD_LIBRARY_PATH="$(dirname "$found"):${LD_LIBRARY_PATH:-}"
  fi
}

build() {
  step configure cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DSIDESTEP_CUDA=ON -DSIDESTEP_CUDA_ARCHS="${SIDESTEP_CUDA_ARCHS:-native}" \
    $(command -v ninja > /dev/null && echo -G Ninja)
  limit=900 step compile cmake --build "$build" --parallel "$(nproc)" --target sidestep_cuda sidestep_tests sidestep_golden sidestep_bench
}

# Every test of the engine with every op on the card, against the same float64 references and bounds as on the CPU.
tests() {
  step "plugin" "$build/sidestep_tests" "cuda plugin"
  step "ops, models, adapters and training on the card" "$build/sidestep_tests" --device cuda
  step "the same with the engine's own product kernel" env SIDESTEP_CUBLASLT= "$build/sidestep_tests" --device cuda gemm adapter dit
}

golden() {
  step "golden suite on the card" "$build/sidestep_golden" "${SIDESTEP_GOLDEN_DIR:-test/golden}" --backend cuda
}

sanitize() {
  local tool=compute-sanitizer
  command -v $tool > /dev/null || tool=/usr/local/cuda/bin/compute-sanitizer
  if [ ! -x "$(command -v $tool)" ]; then
    say "" "## compute-sanitizer" "not on this machine: nothing was checked"
    return
  fi
  step memcheck $tool --tool memcheck --error-exitcode 9 "$build/sidestep_tests" --device cuda native/ops/
  step racecheck $tool --tool racecheck --error-exitcode 9 "$build/sidestep_tests" --device cuda attention norm snake gemm:
  step initcheck $tool --tool initcheck --error-exitcode 9 "$build/sidestep_tests" --device cuda attention norm optimizer
}

benches() {
  local config=${CONFIG:-$build/dit-2b.json}
  [ -n "${CONFIG:-}" ] || echo '{}' > "$config"  # the defaults are the 2B model's
  step "ops of a training step, bf16" "$build/sidestep_bench" op training_step --backend cuda
  step "all op benches, f32" "$build/sidestep_bench" op all --backend cuda --precision f32
  local latents
  for latents in 1500 6000; do  # songs of 60 s and 240 s
    step "training step, 2B, $latents latents" "$build/sidestep_bench" train_step --config "$config" --latents $latents --rank 64 --backend cuda
    step "memory of that card" nvidia-smi --query-gpu=memory.used,memory.total --format=csv
  done
}

say "# sidestep on ${card:-a machine without a card}, $(date -u +%Y-%m-%dT%H:%MZ), commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
step "card" nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit --format=csv
find_cublaslt
say "cuBLASLt: ${SIDESTEP_CUBLASLT:-searched for by the plugin}"
for part in "${parts[@]}"; do
  case $part in
    build) build ;;
    test) tests ;;
    golden) golden ;;
    sanitize) sanitize ;;
    bench) benches ;;
    *) say "unknown part: $part"; failures+=("$part") ;;
  esac
done
say "" "# $([ ${#failures[@]} -eq 0 ] && echo 'all passed' || echo "failed: ${failures[*]}")" 
echo "written to $result"
[ ${#failures[@]} -eq 0 ]
