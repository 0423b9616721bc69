#!/usr/bin/env bash
# run.sh [--write]: builds the benchmarks, runs them all and prints each figure beside its limit; --write puts the table into docs/benchmarks.md.
# No figure fails it: machines differ, and a busy one is slow. Only a benchmark that cannot run does.
# BENCH_UNDER is a command that each benchmark is run by; `chrt -f 20`, as root, keeps other work on the machine out of the wall times.
set -euo pipefail
. "$(dirname "$0")/../tools/common.sh"
cd "$root"
doc=docs/benchmarks.md
write=
case "${1:-}" in
  "") ;;
  --write) write=yes ;;
  *) die "usage: bench/run.sh [--write]" ;;
esac

tools/build.sh bench benchmarks >&2
bin=build/bench/bin
table=$(mktemp)
trap 'rm -f "$table"' EXIT

measure() {
  say "$*"
  ${BENCH_UNDER:-} "$@" >>"$table" || die "$1 could not measure"
}
measure $bin/bench_scripted_turn
measure $bin/bench_model_turn
measure $bin/bench_judge_discovery
measure $bin/bench_crowd
measure $bin/bench_virtual_crowd
measure $bin/bench_cassettes
measure $bin/bench_scale
measure $bin/bench_process_start $bin/antiphon examples/init/suite.yaml
measure $bin/bench_http_client
measure $bin/bench_audio
measure $bin/bench_speech
measure $bin/bench_recognition
measure $bin/bench_spoken_calls
measure $bin/bench_paced_calls
measure $bin/bench_sessions
measure $bin/bench_instrument

machine() {
  local cpu os
  cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n1)
  os=$(. /etc/os-release && echo "$PRETTY_NAME")
  echo "Measured on $(date -u +%F) by \`bench/run.sh\`: ${cpu:-$(uname -m)}, $(nproc) cores, $os, Linux $(uname -r | cut -d- -f1), release build${BENCH_UNDER:+, each run by \`$BENCH_UNDER\`}."
}

echo
machine
echo
column -t -s "$(printf '\t')" -N measured,figure,limit "$table" 2>/dev/null || cat "$table"

if [ "$write" ]; then
  new=$(mktemp)
  {
    sed '/<!-- figures -->/q' "$doc"
    echo
    machine
    printf '\n| measured | figure | limit |\n|---|---|---|\n'
    awk -F '\t' '{ printf "| %s | %s | %s |\n", $1, $2, $3 }' "$table"
    echo
    sed -n '/<!-- end of figures -->/,$p' "$doc"
  } >"$new"
  cat "$new" >"$doc"
  rm -f "$new"
  say "wrote $doc"
fi
