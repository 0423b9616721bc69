#!/usr/bin/env bash
# run.sh [CALLS…]: holds calls with the gateway, all of whose providers are stubs (examples/bench/stub.yaml), and prints what the callers hear: for each number
# of calls (100 500 1000) a row without events and one with. Then the detectors side by side on speech, memory per idle call, and the time to get ready.
# The gateway has the processor SERVER_CORE (0) to itself, the callers have CLIENT_CORE (1). SECS (25) are measured after WARM (6), REPEAT (1) times each.
# GATEWAY='command of another gateway, on $PORT' prints the first rows alone, of that one; CHAIN_MS (740) is what its stubs take by themselves.
# BENCH_UNDER is a command that both sides are run by (`chrt -f 20`, as root).
set -euo pipefail
. "$(dirname "$0")/../../tools/common.sh"
cd "$root"
tools/build.sh bench gateway_benchmarks >&2
bin=build/bench/bin port=${PORT:-8047} work=$(mktemp -d) pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT
export PORT=$port
# shellcheck disable=SC2206
under=(${BENCH_UNDER:-})

start() { # COMMAND…
  "${under[@]}" taskset -c "${SERVER_CORE:-0}" "$@" >"$work/log" 2>&1 &
  pid=$!
  local tries=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    if ! kill -0 "$pid" 2>/dev/null || [ $((tries += 1)) -gt 3000 ]; then tail -n 3 "$work/log" >&2 && die "the gateway does not start"; fi
    sleep 0.01
  done
  sleep 1
}
stop() {
  kill "$pid" 2>/dev/null || true
  wait "$pid" || [ -n "${GATEWAY:-}" ] || die "the gateway ended with an error: $(tail -n 3 "$work/log")"
  pid=
}
load() { # OPTION…
  "${under[@]}" taskset -c "${CLIENT_CORE:-1}" "$bin/bench_gateway_load" --port "$port" --server "$pid" --seconds "${SECS:-25}" --warm-up "${WARM:-6}" --chain-ms "${CHAIN_MS:-740}" "$@"
}
config() { # NAME LINE…: the stubs' configuration with these lines, the first in the place of its own `call:`
  grep -v '^call:' examples/bench/stub.yaml >"$work/$1.yaml"
  printf '%s\n' "${@:2}" >>"$work/$1.yaml"
}
ours() { start "$bin/antiphon" serve "$work/$1.yaml" --listen "127.0.0.1:$port" --log off; }

levels=("$@")
[ $# -gt 0 ] || levels=(100 500 1000)
say "calls | answers | response p50 | overhead p50 / p95 / p99 | barge-in, wire p50 / p95 / p99 (n) | at the ear (n) | ahead p50 | latest chunk p99 | core % (callers') | MB | faults | callers late p99"
config plain 'call: {echo: off}'
for _ in $(seq "${REPEAT:-1}"); do
  for calls in "${levels[@]}"; do
    if [ -n "${GATEWAY:-}" ]; then
      start bash -c "exec $GATEWAY"
      load --calls "$calls" && stop
      continue
    fi
    ours plain && load --calls "$calls" && stop
    ours plain && load --calls "$calls" --events && stop
  done
done
[ -z "${GATEWAY:-}" ] || exit 0

say "the same with speech: the energy detector, then Silero"
"$bin/antiphon" say where is my parcel today --voice flite/slt -o "$work/speech.wav" >/dev/null
config silero 'call: {echo: off, barge_in: silero}'
for detector in plain silero; do
  "$bin/antiphon" serve "$work/$detector.yaml" --check >/dev/null || continue  # says what is not installed
  ours "$detector"
  load --calls "${SPEECH_CALLS:-100}" --speech "$work/speech.wav"
  load --calls "${SPEECH_CALLS:-100}" --speech "$work/speech.wav" --events && stop
done

say "memory, and the start"
config idle 'call: {echo: off, silence: 30m}'
ours idle && load --calls 1000 --idle --ramp-ms 50 && stop
"${under[@]}" taskset -c "${SERVER_CORE:-0}" "$bin/bench_gateway_start" "$port" "$bin/antiphon" serve "$work/plain.yaml" --listen "127.0.0.1:$port" --log off
