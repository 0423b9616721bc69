#!/usr/bin/env bash
# Rehearses the support agent of this folder and shows the bug that is planted in it. From the repository root: make demo
#
#   examples/demo/run.sh             by rules: no key, no network
#   examples/demo/run.sh --fixed     the agent without its bug: everything passes
#   examples/demo/run.sh --real      customers and judge by a real model (DEMO_MODEL, else openai/gpt-4.1-mini; needs its key)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
antiphon=${ANTIPHON:-build/release/bin/antiphon}
out=${DEMO_OUT:-build/demo}
expect=bug

die() {
  echo "demo: $1" >&2
  exit "${2:-1}"
}

while (($#)); do
  case $1 in
    --fixed) expect=nothing ;;
    --real) export DEMO_MODEL=${DEMO_MODEL:-openai/gpt-4.1-mini} ;;
    -h | --help) sed -n '2,6s/^#\( \|$\)//p' "${BASH_SOURCE[0]}" && exit 0 ;;
    *) die "unknown flag $1; there are --fixed and --real" 2 ;;
  esac
  shift
done

[[ -x $antiphon ]] || die "$antiphon is not there; run: make build" 2
command -v python3 >/dev/null || die "python3 is needed: the agent is written in it" 2

key_of() {  # the variable that holds the key of a provider; nothing where none is needed
  case $1 in
    rules/* | ollama/* | llamacpp/*) ;;
    *) local provider=${1%%/*} && echo "${provider^^}_API_KEY" ;;
  esac
}

model=${DEMO_MODEL:-rules/people.rules.yaml}
key=$(key_of "$model")
[[ -z $key || -n ${!key:-} ]] || die "$model needs a key: export $key=…, or leave out --real" 2
[[ $model == rules/* || $expect == nothing ]] || expect=anything

# A port that nobody has: the wanted one, else any.
DEMO_PORT=$(python3 - "${DEMO_PORT:-18473}" <<'PY'
import socket, sys
for port in (int(sys.argv[1]), 0):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            print(probe.getsockname()[1])
            break
        except OSError:
            pass
PY
)
mkdir -p "$out"
rm -f "$out/result.json" "$out/report.html" "$out/shop.db"
DEMO_DB=$(cd "$out" && pwd)/shop.db
DEMO_FIXED=$([[ $expect == nothing ]] && echo 1 || echo 0)
export DEMO_PORT DEMO_DB DEMO_FIXED
export NO_PROXY="127.0.0.1${NO_PROXY:+,$NO_PROXY}"  # the agent is on this machine, whatever proxy is set

cat <<TEXT
A support agent starts on port $DEMO_PORT, with tools and a database of its own: examples/demo/agent.py
Simulated customers now talk to it, as examples/demo/support.yaml says; they and the judge are played by $model.
TEXT
[[ $expect != bug ]] || echo "One bug is planted in the agent. Everything else should pass, two red herrings included."
echo

code=0
"$antiphon" run examples/demo/support.yaml --allow-commands --out "$out" || code=$?
echo
python3 examples/demo/explain.py --out "$out" --code "$code" --expect "$expect"

if [[ $expect == bug ]]; then
  echo
  echo "Now by voice: a caller rings a shop, asks for its opening hours and cuts in. Speech and recognition run in this process; half a minute of talk takes seconds."
  echo
  "$antiphon" run examples/voice-suite/suite.yaml --out "$out/voice" || die "the spoken suite did not pass" 1
  echo
  echo "Listen to the calls (caller left, agent right):"
  ls "$out"/voice/recordings/*.wav

  echo
  echo "Now the voice agent that is part of this program: callers ring its example desk, give a PIN by voice, cut in, and ask for a person."
  echo
  rm -rf "$out/desk" && cp -R examples/support "$out/desk"  # it keeps its databases beside its configuration
  "$antiphon" run "$out/desk/rehearsal.yaml" --out "$out/desk/calls" || die "the desk's callers were not served" 1
  echo
  echo "To talk to it yourself: $antiphon serve   and open the address that it shows"
fi
