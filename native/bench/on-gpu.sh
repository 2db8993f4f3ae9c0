#!/usr/bin/env bash
# Proves the CUDA backend on a machine with a card: builds plugin, tests, golden suite and benches, runs them, and writes one
# result file: the first lines say what passed. Without a card it builds, runs what needs none, and says so. Needs a driver, the CUDA toolkit, CMake and a C++20 compiler; no Node, no network. cuBLASLt is looked for in the
# toolkit and beside Python's torch; without it the engine's own product kernel serves and the benches say so.
#
#   native/bench/on-gpu.sh [PART]...      parts: build test golden sanitize bench (default: all, in this order)
#   RESULT=FILE   where to write (default: native/bench/results/<card>-<date>.txt)     BUILD=FOLDER (default: build-gpu)
#   PEER=PYTHON   a Python with torch, for the same step in PyTorch (default: python3; without torch it is left out)
#   REHEARSE=1    everything that follows on the SIMT machine instead of a card, to see that the script itself works: tests and golden cases by
#                 a few names, benches with their launches only noted; compute-sanitizer has a stand-in that looks its tests up, and PyTorch's script
#                 is read, no more; BUILD is used as it is
#   CONFIG=FILE   a DiT's config.json for the whole-step benches (default: the 2B model's values)
#   LIMIT=SECONDS for each program (default: 300)
#   BUDGET=SECONDS for all but building (default: 1500): what has not begun by then is left out, and said so
# Tests come first. Where one fails, kernels are wrong: the same tests follow under compute-sanitizer, and nothing is measured.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

if [ -n "${REHEARSE:-}" ]; then
  card=SIMT-machine device=simt
  some_tests=(cuda_plugin event_test norm_test) some_cases=(--only heads64_long) product_tests=("gemm: one b") benches_of_ops=(rms_norm)
else
  card=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -1 | tr ' /' '--') device=cuda
  some_tests=() some_cases=() product_tests=(gemm adapter dit) benches_of_ops=(all)
fi
build=${BUILD:-build-gpu}
result=${RESULT:-native/bench/results/${card:-no-card}-$(date +%Y-%m-%d).txt}
limit=${LIMIT:-300}
budget=${BUDGET:-1500} began=0
runtime=() # of sanitizers, where the SIMT machine's kernels have them; Python and others leak at their end
[ -z "${REHEARSE:-}" ] || { read -ra runtime < "$build/simt/environment"; runtime+=(ASAN_OPTIONS=detect_leaks=0); }
parts=("$@")
[ ${#parts[@]} -eq 0 ] && [ -n "${REHEARSE:-}" ] && parts=(test golden sanitize bench)
[ ${#parts[@]} -eq 0 ] && parts=(build test golden sanitize bench)
failures=()
mkdir -p "$(dirname "$result")" "$build"
: > "$result"
say() { printf '%s\n' "$@" | tee -a "$result"; }

# Runs one program, keeps its output, remembers a failure and goes on.
step() {
  local name=$1
  shift
  local left=$((began + budget - SECONDS))
  if [ "$left" -le 0 ]; then
    say "" "## $name" "left out: the $budget s for all of it are over"
    failures+=("$name (no time)")
    return
  fi
  say "" "## $name" "\$ $*"
  local begin=$SECONDS
  timeout $((limit < left ? limit : left)) env "${runtime[@]}" "$@" >> "$result" 2>&1
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
    export SIDESTEP_CUBLASLT=$found LD_LIBRARY_PATH="${found%/*}:${LD_LIBRARY_PATH:-}"
  fi
}

build() {
  local generator=()
  command -v ninja > /dev/null && generator=(-G Ninja)
  step configure cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DSIDESTEP_CUDA=ON -DSIDESTEP_CUDA_REPORT=ON \
    -DSIDESTEP_CUDA_ARCHS="${SIDESTEP_CUDA_ARCHS:-$([ -n "$card" ] && echo native || echo '80-real;90-real')}" \
    "${generator[@]}"
  limit=1800 budget=1800 step compile cmake --build "$build" --parallel "$(nproc)" --target sidestep_cuda sidestep_fake_cuda sidestep_tests sidestep_golden sidestep_bench
  step "no kernel spills" scripts/check-kernels.sh "$build"
}

# What a card is asked next is asked of a made-up one in host memory first: a failure here is none of the card's.
rehearse() {
  step "plugin" "$build/sidestep_tests" "cuda plugin"
  step "ops on the fake card" "$build/sidestep_tests" --device fake-cuda native/ops/ native/training/ activation_offload
  step "golden suite on the fake card" "$build/sidestep_golden" "${SIDESTEP_GOLDEN_DIR:-test/golden}" --backend fake-cuda
}

needs_card() {
  [ -n "$card" ] && return 0
  say "" "## $1" "not run: there is no card (nvidia-smi found none)"
  failures+=("$1 (no card)")
  return 1
}

# Every test of the engine with every op on the card, against the same float64 references and bounds as on the CPU.
tests() {
  step "ops, models, adapters and training on the card" "$build/sidestep_tests" --device $device "${some_tests[@]}"
  step "the same with the engine's own product kernel" env SIDESTEP_CUBLASLT= "$build/sidestep_tests" --device $device "${product_tests[@]}"
}

# The frozen bases in 8 bits that the card's tensor cores multiply.
coded_bases() {
  local capability
  capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1)
  echo int8
  [ -z "${REHEARSE:-}" ] && [ "${capability//./}" -lt 89 ] || echo fp8
}

# A training on the CPU and on the card from the same weights, noise and batch: some layers of the 2B model's shapes, kernels in company.
follow() {
  local config=$build/follow.json latents=400 precision base steps=50 small=() kinds=("f32 auto" "bf16 auto")
  echo '{"num_hidden_layers": 4, "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"]}' > "$config"
  if [ -n "${REHEARSE:-}" ]; then
    latents=40 steps=4
    echo '{"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
      "layer_types": ["sliding_attention", "full_attention"], "encoder_hidden_size": 256}' > "$config"
    small=(--condition 16)
  fi
  for base in $(coded_bases); do kinds+=("bf16 $base"); done
  for kind in "${kinds[@]}"; do
    read -r precision base <<< "$kind"
    step "$steps steps beside the CPU, $precision, base $base" "$build/sidestep_bench" follow --config "$config" --latents $latents --rank 16 \
      --steps $steps --precision $precision --base $base --backend $device "${small[@]}"
  done
}

golden() {
  local folder=${SIDESTEP_GOLDEN_DIR:-test/golden}
  step "golden suite on the card" "$build/sidestep_golden" "$folder" --backend $device "${some_cases[@]}"
  step "golden suite on the card, bf16" "$build/sidestep_golden" "$folder" --backend $device --precision bf16 "${some_cases[@]}"
  if [ -n "${REHEARSE:-}" ] || [ "$(nvidia-smi --query-gpu=name --format=csv,noheader | wc -l)" -gt 1 ]; then
    step "golden suite on the second card" "$build/sidestep_golden" "$folder" --backend $device:1 "${some_cases[@]}"
  fi
  follow
}

# For a rehearsal, in the tool's place: takes the options that it is given here and no others, and looks the tests up.
stand_in_for_sanitizer() {
  tool=$build/compute-sanitizer
  cat > "$tool" <<'STAND_IN'
#!/usr/bin/env bash
[[ "${*:1:4}" =~ ^--tool\ (memcheck|racecheck|initcheck)\ --error-exitcode\ [1-9]$ ]] || { echo "options of no tool: $*"; exit 2; }
program=$5 tests=("${@:8}")
for test in "${tests[@]}"; do
  [ -n "$("$program" --list "$test")" ] || { echo "no test is called $test"; exit 2; }
  "$program" --list "$test"
done
STAND_IN
  chmod +x "$tool"
}

sanitize() {
  local tool=compute-sanitizer memory=(native/ops/) races=(attention norm snake gemm: conv1d) initial=(attention norm optimizer conv1d)
  [ -z "${REHEARSE:-}" ] || stand_in_for_sanitizer
  command -v "$tool" > /dev/null || tool=/usr/local/cuda/bin/compute-sanitizer
  if [ ! -x "$(command -v $tool)" ]; then
    say "" "## compute-sanitizer" "not on this machine: nothing was checked"
    return
  fi
  step memcheck "$tool" --tool memcheck --error-exitcode 9 "$build/sidestep_tests" --device $device "${memory[@]}"
  step racecheck "$tool" --tool racecheck --error-exitcode 9 "$build/sidestep_tests" --device $device "${races[@]}"
  step initcheck "$tool" --tool initcheck --error-exitcode 9 "$build/sidestep_tests" --device $device "${initial[@]}"
}

# The same layers in PyTorch, eager and compiled, in the same run.
pytorch() {
  local python=${PEER:-python3}
  if [ -n "${REHEARSE:-}" ]; then
    if command -v "$python" > /dev/null; then
      step "PyTorch's script, read" "$python" -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' native/bench/pytorch/dit_step.py
    fi
    return
  fi
  if ! "$python" -c 'import torch' 2>/dev/null; then
    say "" "## PyTorch" "$python has no torch: nothing to compare with"
    return
  fi
  local checkpointing
  for checkpointing in off on; do
    step "PyTorch, $1 latents, eager, checkpointing $checkpointing" "$python" native/bench/pytorch/dit_step.py --latents "$1" --rank 64 \
      --checkpointing $checkpointing
    step "PyTorch, $1 latents, compiled, checkpointing $checkpointing" "$python" native/bench/pytorch/dit_step.py --latents "$1" --rank 64 \
      --checkpointing $checkpointing --compile
  done
}

# What `predict` calls a card, by its name; the nearest of the same kind for others.
predicted_card() {
  case $card in
    *H200*) echo h200 ;;
    *H100* | *GH200*) echo h100 ;;
    *A100*) echo a100 ;;
    *RTX-50*) echo 5090 ;;
    *4090*) echo 4090 ;;
    *4080* | *4070*) echo 4070 ;;
    *RTX-40*) echo 4060 ;;
    *RTX-30*) echo 3060 ;;
    *) echo h100 ;;
  esac
}

# What comes before and after training: a text, its condition, a minute of audio to latents and back, a clip's denoising step. All but the last
# are computed in f32, as in a pipeline.
other_models() {
  local bench=("$build/sidestep_bench") text=$build/text-encoder.json vae=native/bench/results/vae.config.json latents=1500 few=()
  if [ -n "${REHEARSE:-}" ]; then
    bench=(env SIDESTEP_SIMT_LAUNCHES=note "$build/sidestep_bench") latents=250 few=(--steps 1)
  fi
  echo '{"vocab_size": 151669, "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 16,
    "num_key_value_heads": 8, "head_dim": 128, "rope_theta": 1000000}' > "$text"  # Qwen3-Embedding-0.6B
  step "text encoder" "${bench[@]}" encode_text --config "$text" --condition 256 --precision f32 --backend $device "${few[@]}"
  step "condition encoder" "${bench[@]}" encode_condition --config "$1" --condition 512 --precision f32 --backend $device "${few[@]}"
  step "predicted, VAE" "$build/sidestep_bench" predict_audio --config "$vae" --latents $latents --card "$(predicted_card)"
  step "VAE, encoder" "${bench[@]}" encode_audio --config "$vae" --latents $latents --precision f32 --backend $device "${few[@]}"
  step "VAE, decoder" "${bench[@]}" decode_audio --config "$vae" --latents $latents --backend $device "${few[@]}"
  step "a denoising step" "${bench[@]}" generate --config "$1" --latents $latents --backend $device "${few[@]}"
}

# The same step with the frozen model as codes.
coded() {
  local base
  for base in $(coded_bases); do
    step "predicted, base $base" "$build/sidestep_bench" predict --config "$1" --latents 6000 --rank 64 --base $base --card "$(predicted_card)"
    step "training step, base $base" "${noted[@]}" "$build/sidestep_bench" train_step --config "$1" --latents 6000 --rank 64 --base $base \
      --backend $device
  done
}

benches() {
  local config=${CONFIG:-$build/dit-2b.json} noted=()
  [ -z "${REHEARSE:-}" ] || noted=(env SIDESTEP_SIMT_LAUNCHES=note)
  [ -n "${CONFIG:-}" ] || echo '{}' > "$config"  # the defaults are the 2B model's
  step "products' algorithms, timed once and kept" "${noted[@]}" env SIDESTEP_CUDA_TUNE=on "$build/sidestep_bench" train_step --config "$config" \
    --latents 1500 --rank 64 --steps 1 --backend $device
  step "ops of a training step, bf16" "${noted[@]}" "$build/sidestep_bench" op training_step --backend $device
  step "all op benches, f32" "${noted[@]}" "$build/sidestep_bench" op "${benches_of_ops[@]}" --backend $device --precision f32
  local latents
  for latents in 1500 6000; do  # songs of 60 s and 240 s
    step "predicted, $latents latents" "$build/sidestep_bench" predict --config "$config" --latents $latents --rank 64 \
      --card "$(predicted_card)"
    step "training step, 2B, $latents latents" "${noted[@]}" "$build/sidestep_bench" train_step --config "$config" --latents $latents --rank 64 --backend $device
    step "the same, every layer recomputed" "${noted[@]}" "$build/sidestep_bench" train_step --config "$config" --latents $latents --rank 64 \
      --checkpointing on --backend $device
    step "the same, queued op by op" "${noted[@]}" env SIDESTEP_CUDA_GRAPHS=off "$build/sidestep_bench" train_step --config "$config" --latents $latents \
      --rank 64 --backend $device
    [ $latents -eq 6000 ] && coded "$config"
    pytorch $latents
  done
  other_models "$config"
}

say "# sidestep on ${card:-a machine without a card}, $(date -u +%Y-%m-%dT%H:%MZ), commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
[ "$device" = simt ] || [ -z "$card" ] || step "card" nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit --format=csv
[ "$device" = simt ] || find_cublaslt  # the machine has a stand-in beside it
say "cuBLASLt: ${SIDESTEP_CUBLASLT:-searched for by the plugin}"
for part in "${parts[@]}"; do
  if [ "$part" = bench ] && [ -n "$card" ] && [ ${#failures[@]} -gt 0 ]; then
    say "" "## bench" "not run: ${failures[*]}; times of kernels that compute something else say nothing. To measure all the same: $0 bench"
    continue
  fi
  case $part in
    build)
      build
      began=$SECONDS
      if [ ! -x "$build/sidestep_bench" ]; then
        say "" "# nothing follows: the build failed"
        break
      fi
      rehearse
      ;;
    test) needs_card test && tests ;;
    golden) needs_card golden && golden ;;
    sanitize) needs_card sanitize && sanitize ;;
    bench) needs_card bench && benches ;;
    *) say "unknown part: $part"; failures+=("$part") ;;
  esac
done
say "" "# $([ ${#failures[@]} -eq 0 ] && echo 'all passed' || echo "failed: ${failures[*]}")" 
echo "written to $result"
[ ${#failures[@]} -eq 0 ]
