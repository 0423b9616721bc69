#!/usr/bin/env bash
# run.sh BUILD WORK COMPILER: installs BUILD below WORK, builds this folder against what was installed, and runs its tests beside an agent.
set -euo pipefail
build=$1 work=$2 compiler=$3
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$work"
mkdir -p "$work"
prefix=$work/installed

echo "-- installing into $prefix"
cmake --install "$build" --prefix "$prefix" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
if find "$prefix/include" -path '*/internal/*' | grep .; then echo "internal headers were installed" >&2; exit 1; fi
for page in share/man/man1/antiphon-run.1 share/bash-completion/completions/antiphon; do
  [ -s "$prefix/$page" ] || { echo "$page was not installed" >&2; exit 1; }
done

echo "-- building against it"
cmake -S "$here" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="-O0 -Wall"
cmake --build "$work/build"
if grep -q "$build/antiphon/" "$work/build/build.ninja"; then echo "the installed package points back into the build folder" >&2; exit 1; fi

echo "-- running its tests"
: >"$work/agent.out"  # the server, in the background, may come to it later than the first look
"$prefix/bin/antiphon" mock-llm --listen 127.0.0.1:0 --rules "$here/agent.rules.yaml" >"$work/agent.out" 2>"$work/agent.err" &
agent=$!
trap 'kill "$agent" 2>/dev/null || true' EXIT
for _ in $(seq 100); do  # a process of its own: there is nothing to wait on but what it prints
  address=$(sed -n 's/^listening on //p' "$work/agent.out")
  [ -z "$address" ] || break
  kill -0 "$agent" 2>/dev/null || { cat "$work/agent.err" >&2; exit 1; }
  sleep 0.1
done
[ -n "$address" ] || { echo "the agent did not say where it listens" >&2; exit 1; }
SUPPORT_URL="http://$address/v1" ctest --test-dir "$work/build" --output-on-failure --no-tests=error
