#!/usr/bin/env bash
# docs/images/report.png: the report of a longer smoke training, as a browser shows it. Needs a built checkout and Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
sed 's/clips: 4/clips: 10/; s/epochs: 10/epochs: 60/; s/every_epochs: 5, prompts/every_epochs: 30, prompts/; s|\.\./output|output|
     s/^      checkpoint:.*/&\n      validation: {fraction: 0.2, every_epochs: 3}/' pipelines/smoke.yaml >"$work/smoke.yaml"
node dist/cli/main.js run "$work/smoke.yaml" --plain
node dist/cli/main.js report "$work/smoke.yaml" --output "$work/report.html"
sed -i "s|</head>|<style>#listen{display:none}</style></head>|" "$work/report.html" # below it are the curves
chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size="${1:-1180,1075}" --virtual-time-budget=4000 \
  --screenshot="$work/report.png" "file://$work/report.html" 2>/dev/null
mkdir -p docs/images
mv "$work/report.png" docs/images/report.png
