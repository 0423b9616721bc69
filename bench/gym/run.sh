#!/usr/bin/env bash
# run.sh [CALLS]: what conversations of the gym cost: the gym on one core; the platform, with stubs for ears and voice, and a backend on the other.
# BENCH_UNDER is a command that everything is run by; `chrt -f 20`, as root, keeps other work on the machine out of the times.
set -euo pipefail
. "$(dirname "$0")/../../tools/common.sh"
cd "$root"
tools/build.sh bench gym_benchmarks >&2
bin=build/bench/bin
export LAYERCODE_WEBHOOK_SECRET=whsec_bench
started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT

# start CORE COMMAND…: what it listens on is left in $place.
start() {
  local core=$1 out
  shift
  out=$(mktemp)
  ${BENCH_UNDER:-} taskset -c "$core" "$@" >"$out" 2>/dev/null &
  started+=($!)
  for _ in $(seq 100); do
    place=$(sed -n 's/^listening on //p' "$out")
    [ -z "$place" ] || break
    sleep 0.1
  done
  rm -f "$out"
  [ "$place" ] || die "$1 does not listen"
}

start 1 $bin/bench_gym backend 0
backend=$place
start 1 $bin/antiphon layercode-platform --listen 127.0.0.1:0 --webhook-url "http://$backend/api/agent" --stt off --tts off
${BENCH_UNDER:-} taskset -c 0 $bin/bench_gym text "http://$place" "ws://$place/v1/agents/web/websocket"
start 1 $bin/antiphon layercode-platform --listen 127.0.0.1:0 --webhook-url "http://$backend/api/agent" --stt stub --tts stub
${BENCH_UNDER:-} taskset -c 0 $bin/bench_gym speech "http://$place" "ws://$place/v1/agents/web/websocket" "${1:-500}"
