#!/usr/bin/env bash
# Every kernel that a real model launches must have run in a test, in the very instance (types, head size, width of access) that it launches.
# What real models launch is learned from their own benches on the SIMT machine with launches only noted: the 2B and XL models in training
# and generation, text and condition encoder, the autoencoder, each in the precisions that it is computed in; on all kinds of card that kernels
# distinguish, with cuBLASLt and without. What ran is in the reports of `ctest -R simt_`.
#   scripts/check-kernel-runs.sh BUILD_FOLDER [TRIED_FOLDER]     prints one line a kernel; fails when one of them did not run. With a second
#   folder, a build with sanitizers: whether they ran there; what real models launch is known from the first one's run
set -uo pipefail
build=$1 tried=${2:-$1}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compgen -G "$tried/simt/*.report" > /dev/null || { echo "no reports in $tried/simt: run ctest --test-dir $tried -R simt_ first" >&2; exit 1; }

note() { # note BENCH ARGUMENT...: what that launches
  # Its environment: the sanitizers' runtime, where the kernels have them.
  env $(cat "$build/simt/environment") SIDESTEP_SIMT_LAUNCHES=note SIDESTEP_SIMT_REPORT="$work/needed" "$build/sidestep_bench" "$@" --backend simt > "$work/log" 2>&1 && return
  echo "sidestep_bench $* failed:" >&2
  cat "$work/log" >&2
  exit 1
}

# A layer of each kind: which instances are launched is in a layer's widths, types and bands, not in how many layers there are.
layers='"num_hidden_layers":2,"layer_types":["sliding_attention","full_attention"]'
echo "{$layers}" > "$work/2b.json" # the defaults, else
echo "{$layers"',"hidden_size":2560,"intermediate_size":9728,"num_attention_heads":32,"encoder_hidden_size":2048,"encoder_intermediate_size":6144,"encoder_num_attention_heads":16,"encoder_num_key_value_heads":8}' > "$work/xl.json"
echo '{}' > "$work/encoders.json" # the 2B model's own, all of their layers
echo '{"hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,"vocab_size":151669}' > "$work/text.json"
note_models() {
  local model
  for model in 2b xl; do
    note train_step --config "$work/$model.json" --latents 6000 --rank 64 --steps 1
    note train_step --config "$work/$model.json" --latents 1501 --rank 64 --steps 1 --batch 2 --checkpointing off
    note train_step --config "$work/$model.json" --latents 6000 --rank 64 --steps 1 --base int8
    # Tensor cores of 164 KiB are those of 8.0, which know nothing of e4m3.
    [ "$SIDESTEP_SIMT_SHARED" = 164 ] || note train_step --config "$work/$model.json" --latents 6000 --rank 64 --steps 1 --base fp8
    note generate --config "$work/$model.json" --latents 1500 --steps 1
  done
  # As a pipeline may ask for. XL launches in f16 what the 2B model does: it does so in bf16.
  note train_step --config "$work/2b.json" --latents 6000 --rank 64 --steps 1 --precision f16
  note train_step --config "$work/2b.json" --latents 1501 --rank 64 --steps 1 --batch 2 --checkpointing off --precision f16
  note train_step --config "$work/2b.json" --latents 6000 --rank 64 --steps 1 --base int8 --precision f16
  [ "$SIDESTEP_SIMT_SHARED" = 164 ] || note train_step --config "$work/2b.json" --latents 6000 --rank 64 --steps 1 --base fp8 --precision f16
  note generate --config "$work/2b.json" --latents 1500 --steps 1 --precision f16
  note train_step --config "$work/2b.json" --latents 1501 --rank 64 --steps 1 --batch 2 --precision f32
  note generate --config "$work/2b.json" --latents 1500 --steps 1 --precision f32
  note encode_text --config "$work/text.json" --steps 1 --precision f32 # encoders and autoencoder compute in f32 (binding/)
  note encode_condition --config "$work/encoders.json" --steps 1 --precision f32
}

# launched LAUNCHES BLOCKS THREADS NAME; product CALLS NAME
names() { sed -nE 's/^launched [0-9]+ [0-9]+ [0-9]+ //p; s/^product [0-9]+ //p' "$@" | sort -u; }
needed=$build/simt/needed.names
if [ "$tried" = "$build" ]; then
  for SIDESTEP_SIMT_SHARED in 100 164 228 hopper; do
    export SIDESTEP_SIMT_SHARED
    note_models
    SIDESTEP_CUBLASLT='' note_models
    note encode_audio --config "$here/native/bench/results/vae.config.json" --latents 250 --steps 1 --precision f32
    note decode_audio --config "$here/native/bench/results/vae.config.json" --latents 250 --steps 1
  done
  names "$work/needed" > "$needed"
fi

names "$tried"/simt/*.report > "$work/ran.names"
sed -n 's/^kernel //p' "$tried"/simt/*.report | sort -u > "$work/all.names"
comm -12 "$needed" "$work/ran.names" | sed 's/^/ran      /'
comm -23 "$needed" "$work/ran.names" | sed 's/^/DID NOT RUN  /' | tee "$work/missing"
missing=$(wc -l < "$work/missing")
echo "real models launch $(wc -l < "$needed") kernels and products, $missing of which no test ran; of all $(wc -l < "$work/all.names") kernels of the plugin" \
  "tests ran $(comm -12 "$work/all.names" "$work/ran.names" | wc -l)"
[ "$missing" -eq 0 ]
