#!/usr/bin/env bash
# The whole job on real music: `scripts/real-music.sh`. Fetches Debian packages of freely licensed songs (GPL, CC-BY-SA;
# mp3, flac, ogg and opus), trains on eleven of them with the fixture's tiny model, runs again (all from cache), adds one
# song (one encoded again), and ends with `N passed, N failed`. Leaves nothing behind. Needs the built command and addon.
# Where the packages cannot be fetched (no network, no Debian) it says so in one line and succeeds: there is nothing to test.
set -uo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
packages=(asc-music lebiniou-data extremetuxracer-data warzone2100-music) # 190 MB
passed=0
failed=0

fetch() { # into $work/packages, without touching the system
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  mkdir -p "$work/debs" "$work/packages"
  (cd "$work/debs" && apt-get download -qq "${packages[@]}" >"$work/fetch.log" 2>&1) || return 1
  local deb
  for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/packages" || return 1; done
}

take() { # take FOLDER/PATTERN...: copies songs into the project
  mkdir -p "$work/project/songs"
  local song
  for song in "$@"; do cp "$work/packages/usr/share/$song" "$work/project/songs/" || exit 1; done
}

check() { # check WHAT EXPECTED FOUND
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
    echo "passed: $1 ($3)"
  else
    failed=$((failed + 1))
    echo "FAILED: $1: expected $2, found $3"
  fi
}

run() { # run NAME: events to $work/NAME.jsonl
  local start=$SECONDS
  (cd "$work/project" && node "$root/dist/cli/main.js" run --json >"$work/$1.jsonl" 2>"$work/$1.err")
  check "$1 run ends well" 0 $?
  echo "        in $((SECONDS - start)) s"
  [ -s "$work/$1.err" ] && sed 's/^/        /' "$work/$1.err"
  return 0
}

# count NAME EXPRESSION: how many events of a run satisfy an expression of `e`
count() {
  node -e '
    const [file, expression] = process.argv.slice(1);
    const holds = new Function("e", `return ${expression}`);
    const lines = require("node:fs").readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
    console.log(lines.map((line) => JSON.parse(line)).filter((event) => holds(event)).length);
  ' "$work/$1.jsonl" "$2"
}

ended_as() { echo "e.kind === 'stage_finished' && e.result.kind === '$1'"; }
encoded() { echo "e.kind === 'sample_finished' && e.stage === '$1' && e.computed.length > 0"; }

fetch || { echo "skipped: the packages ${packages[*]} cannot be fetched here"; exit 0; }
take games/asc/music/{frontiers,machine_wars,time_to_strike}.mp3 \
  lebiniou/test/EP-Le_cri_des_anges-Intro_4-8bits.flac \
  games/etr/music/{calmrace-ks,race1-jt,spunkyrace-ks,start1-jt}.ogg \
  games/warzone2100/music/albums/original_soundtrack/track{1,2,3}.opus
cat >"$work/project/pipeline.yaml" <<'YAML'
sidestep: 1
name: real-music
defaults: {device: cpu, seed: 7}
stages:
  tiny: {uses: fixture, with: {model: turbo, clips: 1, clip_duration: 1}}
  model: {uses: scan, with: {checkpoint_dir: "${stages.tiny.checkpoint_dir}", model: turbo}}
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  latents: {uses: preprocess.pass1, with: {model: "${stages.model}", dataset: "${stages.songs}", max_duration: 20}}
  conditions: {uses: preprocess.pass2, with: {model: "${stages.model}", latents: "${stages.latents}"}}
  train:
    uses: train
    with:
      model: "${stages.model}"
      tensors: "${stages.conditions}"
      adapter: {type: lora, rank: 4, alpha: 8}
      gradient_accumulation_steps: 1
      epochs: 2
      output_dir: ./adapter
  export: {uses: export, with: {adapter: "${stages.train}", formats: [peft, comfyui], output_dir: ./exported}}
YAML

run first
check "songs encoded by pass 1" 11 "$(count first "$(encoded latents)")"
check "songs encoded by pass 2" 11 "$(count first "$(encoded conditions)")"
check "training steps" 22 "$(count first "e.kind === 'step_finished' && Number.isFinite(e.loss)")"
check "exported files" 5 "$(find "$work/project/exported" -type f | wc -l)"

run second
check "stages from cache" 7 "$(count second "$(ended_as cached)")"
check "songs encoded in a second run" 0 "$(count second "e.kind === 'sample_finished' && e.computed.length > 0")"

take games/warzone2100/music/menu.opus
run third
check "songs encoded by pass 1 once one was added" 1 "$(count third "$(encoded latents)")"
check "songs encoded by pass 2 once one was added" 1 "$(count third "$(encoded conditions)")"
check "training steps with it" 24 "$(count third "e.kind === 'step_finished'")"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
