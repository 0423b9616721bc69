#!/usr/bin/env bash
# clean_build.sh: CPU seconds that the release program takes to build from nothing, without ccache. Uses a folder of its own.
set -euo pipefail
. "$(dirname "$0")/../tools/common.sh"
cd "$root"
choose_compiler
export CCACHE_DISABLE=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --preset release -B "$folder" --log-level=NOTICE >&2
cmake --build "$folder" -j "$(jobs)" --target antiphon >&2
# In a file, because the shell at the end of a pipe counts its own children. Second line: what the children took, user and system.
times >"$folder/times"
awk -F '[ms ]+' 'NR == 2 { printf "clean build of the release program: CPU\t%.0f s\t600 s\n", $1 * 60 + $2 + $3 * 60 + $4 }' "$folder/times"
