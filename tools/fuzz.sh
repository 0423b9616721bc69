#!/usr/bin/env bash
# fuzz.sh [NAME…]: runs the fuzzers of build/fuzz (all, when none is named) for FUZZ_SECONDS each. Seeds come from tests/corpus/NAME/, new inputs go to
# build/fuzz/corpus/NAME/, a crash stays in build/fuzz/crash/NAME-…
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"
seconds=${FUZZ_SECONDS:-60}
[ $# -gt 0 ] || mapfile -t found < <(find build/fuzz/bin -maxdepth 1 -name '*_fuzz' -printf '%f\n' 2>/dev/null | sort)
[ $# -gt 0 ] || set -- "${found[@]}"
[ $# -gt 0 ] || die "there is no fuzzer yet: a fuzzer is a file named *_fuzz.cpp beside what it feeds"
mkdir -p build/fuzz/crash
for name in "$@"; do
  [ -x "build/fuzz/bin/$name" ] || die "no fuzzer named '$name' in build/fuzz/bin"
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus"
  seeds=()
  if [ -d "tests/corpus/$name" ]; then seeds=("tests/corpus/$name"); fi
  say "$name: $seconds s"
  "build/fuzz/bin/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="build/fuzz/crash/$name-" "$corpus" "${seeds[@]}" \
    2>"build/fuzz/$name.log" || { tail -n 40 "build/fuzz/$name.log" >&2; die "$name found something: see build/fuzz/crash and build/fuzz/$name.log"; }
  grep -E 'stat::number_of_executed_units|cov:' "build/fuzz/$name.log" | tail -n 2
done
say "$# fuzzers, nothing found"
