#!/usr/bin/env bash
# build.sh PRESET [TARGET…]: configures build/PRESET where needed and builds the targets (all, when none is named) on all cores, or on JOBS.
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ $# -ge 1 ] || die "usage: tools/build.sh PRESET [TARGET…]"
preset=$1; shift
cd "$root"
choose_compiler

# Objects are shared between checkouts through ccache; ccache itself stays optional.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR="${CCACHE_NOHASHDIR:-1}"
export NINJA_STATUS="${NINJA_STATUS:-[%f/%t, %es] }"

# CMake notices changed lists by itself, but neither a changed preset nor another compiler, nor that the neural runtime came or went.
wanted="$ANTIPHON_CXX $(cksum <CMakePresets.json)$([ ! -d build/deps/onnx ] || echo ' onnx')" stamp=build/$preset/.configured
if [ ! -f "build/$preset/build.ninja" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  say "configuring build/$preset with $ANTIPHON_CXX"
  cmake --preset "$preset" --log-level=NOTICE
  echo "$wanted" >"$stamp"
fi
# Packages keep the times at which they were built, so that a header or compiler that was upgraded looks older than what was precompiled with it.
for pch in "build/$preset"/precompiled/*.pch; do
  [ -f "$pch" ] || continue
  # shellcheck disable=SC2046  # names of headers hold no spaces
  changed=$(find -H "$(readlink -f "$(command -v "$ANTIPHON_CXX")")" $(sed 's/^[^ ]*://; s/\\$//' "$pch.d") -maxdepth 0 -cnewer "$pch" 2>&1 | head -n 1) || true
  [ -z "$changed" ] || rm -f "$pch"
done
if [ $# -gt 0 ]; then set -- --target "$@"; fi
exec cmake --build "build/$preset" -j "$(jobs)" "$@"
