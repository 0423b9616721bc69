#!/usr/bin/env bash
# run.sh [--quick] [--write] [--note TEXT]: installs the peers (pinned, into build/peer-bench), then measures them and us by the same workloads.
# Prints a table; --write puts it into docs/benchmarks.md, with TEXT said below it. --quick: few turns, one run each, to see that all works.
# Takes up to 40 minutes (4 with --quick) once the peers are installed, most of it the peers' own time.
# BENCH_UNDER is a command that everything is run by (`nice -n -5`, `chrt -f 20`).
set -euo pipefail
. "$(dirname "$0")/../../tools/common.sh"
here=$root/bench/peer work=$root/build/peer-bench doc=$root/docs/benchmarks.md
quick=() write='' note=''
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=(--quick) ;;
    --write) write=yes ;;
    --note) note=${2:?} && shift ;;
    *) die "usage: bench/peer/run.sh [--quick] [--write] [--note TEXT]" ;;
  esac
  shift
done
mkdir -p "$work"

fresh() { [ "$(cat "$1" 2>/dev/null)" = "$(cat "${@:2}" | sha256sum)" ]; }
stamp() { cat "${@:2}" | sha256sum >"$1"; }

install_node() {
  mkdir -p "$work/node"
  cp "$here"/node/* "$work/node"
  if fresh "$work/node/stamp" "$here"/node/package*.json; then return; fi
  say "installing @langwatch/scenario into build/peer-bench/node"
  (cd "$work/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || die "npm could not install bench/peer/node/package-lock.json"
  # Its voice part imports three files of another package without their ending, which Node refuses.
  sed -i -E 's#from "(@elevenlabs/elevenlabs-js/[^"]*[^s"])";#from "\1.js";#' "$work/node/node_modules/@langwatch/scenario/dist/index.mjs"
  stamp "$work/node/stamp" "$here"/node/package*.json
}

install_python() {
  cp "$here/python/workload.py" "$work"
  if fresh "$work/python/stamp" "$here/python/requirements.txt"; then return; fi
  say "installing langwatch-scenario into build/peer-bench/python"
  rm -rf "$work/python"
  python3 -m venv "$work/python" || die "python3 cannot make a virtual environment: run tools/bootstrap.sh peers"
  "$work/python/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-deps --only-binary :all: -r "$here/python/requirements.txt" ||
    die "pip could not install $here/python/requirements.txt"
  stamp "$work/python/stamp" "$here/python/requirements.txt"
}

versions() {
  local node python
  node=$(sed -n 's/.*"@langwatch\/scenario": "\(.*\)".*/\1/p' "$here/node/package.json")
  python=$(sed -n 's/^langwatch-scenario==//p' "$here/python/requirements.txt")
  echo "@langwatch/scenario $node on Node $(node --version), langwatch-scenario $python on $("$work/python/bin/python" --version)"
}

machine() {
  local cpu os
  cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n1)
  os=$(. /etc/os-release && echo "$PRETTY_NAME")
  echo "Measured on $(date -u +%F) by \`bench/peer/run.sh\`: ${cpu:-$(uname -m)}, $(nproc) cores, $os, Linux $(uname -r | cut -d- -f1)${BENCH_UNDER:+, run by \`$BENCH_UNDER\`}; $(versions)."
}

"$root/tools/build.sh" bench peer_benchmarks >&2
install_node
install_python
table=$work/table.md
begin=$SECONDS
# shellcheck disable=SC2086  # a command with its arguments
${BENCH_UNDER:-} python3 "$here/compare.py" "$root/build/bench/bin" "$work" "${quick[@]}" --table "$table" || die "a workload could not be measured"
machine
[ -z "$note" ] || echo "$note"
say "$((SECONDS - begin)) s in all"

if [ "$write" ]; then
  new=$work/doc.md
  {
    sed '/<!-- peers -->/q' "$doc"
    printf '\n%s%s\n\n' "$(machine)" "${note:+ $note}"
    cat "$table"
    echo
    sed -n '/<!-- end of peers -->/,$p' "$doc"
  } >"$new"
  cat "$new" >"$doc"
  say "wrote docs/benchmarks.md"
fi
