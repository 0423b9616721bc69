#!/usr/bin/env bash
# run.sh [python|gateway|phone|node|session|layercode|browser …]: foreign software against the dev build; all parts unless some are named.
#   python   official clients of PyPI against our mock model; our clients beside them, and against servers made of their types
#   gateway  the gateway's tools and knowledge base against servers of PyPI: the SDK of MCP, Chroma, PostgreSQL with pgvector; metrics and alerts by promtool
#   phone    the gateway's telephone endpoint against Twilio's own library; two gateways behind one Redis, one of them killed
#   node     official clients of npm, against our mock model and beside our own
#   session  LiveKit's agents of npm: a real agent driven by us, their controller driving our host
#   layercode  the platform of Layercode between its own SDKs: the one for browsers, in Chromium with a microphone, and the one for backends; layercode-gym of PyPI
#   browser  Chromium on the report: on sample data, and on reports that the program wrote
# What is installed lies in build/peers/ and is kept until its requirement files change. ANTIPHON names another binary, CHROMIUM another browser, PROMTOOL another promtool.
# Ends with one line that adds up all tests.
set -euo pipefail
. "$(dirname "$0")/../../tools/common.sh"
here=$root/tests/peers
work=$root/build/peers
export ANTIPHON=${ANTIPHON:-$root/build/dev/bin/antiphon}
export ANTIPHON_VENDOR_OUT=$work/vendor-out
# No test may reach a vendor.
unset OPENAI_API_KEY OPENAI_BASE_URL OPENAI_ORG_ID OPENAI_PROJECT_ID OPENAI_API_VERSION ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL \
  GEMINI_API_KEY GOOGLE_API_KEY GEMINI_BASE_URL GOOGLE_GEMINI_BASE_URL GOOGLE_GENAI_USE_VERTEXAI AZURE_OPENAI_API_KEY AZURE_OPENAI_ENDPOINT
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1                          # servers of this machine are asked directly
[ -x "$ANTIPHON" ] || die "there is no $ANTIPHON: run tools/build.sh dev antiphon"
mkdir -p "$work"

server=
clean_up() { if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; }
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

passed=0 failed=0
add() { passed=$((passed + $1)) failed=$((failed + $2)); }  # PASSED FAILED
headline() { printf '\n-- %s\n' "$*"; }

# fresh STAMP FILE…: whether what STAMP vouches for was installed from just these files (their content, not their dates).
fingerprint() { cat "$@" | sha256sum; }
fresh() { [ -e "$1" ] && [ "$(cat "$1")" = "$(fingerprint "${@:2}")" ]; }

install_python() {  # PART
  local venv=$work/$1 requirements=$here/$1/requirements.txt
  if fresh "$venv/stamp" "$requirements"; then return; fi
  headline "installing what tests/peers/$1 needs into build/peers/$1"
  rm -rf "$venv"
  python3 -m venv "$venv" || die "python3 cannot make a virtual environment: run tools/bootstrap.sh peers"
  "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-deps --only-binary :all: -r "$requirements" ||
    die "pip could not install $requirements"
  fingerprint "$requirements" >"$venv/stamp"
}

install_node() {  # PART
  local modules=$work/$1 from=$here/$1
  mkdir -p "$modules"
  find "$modules" -maxdepth 1 -type f ! -name stamp -delete
  cp "$from"/* "$modules"  # an import is looked up from where the importing file lies
  if fresh "$modules/stamp" "$from"/package*.json; then return; fi
  headline "installing what tests/peers/$1 needs into build/peers/$1"
  (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || die "npm could not install $from/package-lock.json"
  fingerprint "$from"/package*.json >"$modules/stamp"
}

start_mock() {
  [ -z "$server" ] || return 0
  export ANTIPHON_MOCK_KEY=peers-key
  : >"$work/mock.out"
  "$ANTIPHON" mock-llm --listen 127.0.0.1:0 --rules "$here/mock.rules.yaml" --api-key "$ANTIPHON_MOCK_KEY" >"$work/mock.out" 2>"$work/mock.err" &
  server=$!
  local address=
  for _ in $(seq 200); do  # a process of its own: there is nothing to wait on but what it prints
    address=$(sed -n 's/^listening on //p' "$work/mock.out")
    [ -z "$address" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  [ -n "$address" ] || { cat "$work/mock.err" >&2; die "antiphon mock-llm did not start"; }
  export ANTIPHON_MOCK_URL=http://$address/v1
}

# A runner that ends badly without a failed test has failed all the same: once.
add_counted() {  # EXIT-CODE PASSED FAILED
  if [ "$1" -ne 0 ] && [ "${3:-0}" -eq 0 ]; then add "${2:-0}" 1; else add "${2:-0}" "${3:-0}"; fi
}

test_python() {  # PART
  local report=$work/$1.xml code=0 counts
  rm -f "$report"
  (cd "$here/$1" && PYTHONDONTWRITEBYTECODE=1 "$work/$1/bin/python" -m pytest -v --tb=short -p no:cacheprovider --junitxml="$report" .) || code=$?
  counts=$("$work/$1/bin/python" - "$report" <<'PY'
import os, sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite").attrib if os.path.exists(sys.argv[1]) else {}
bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
print(max(0, int(suite.get("tests", 0)) - int(suite.get("skipped", 0)) - bad), bad)
PY
  )
  # shellcheck disable=SC2086  # two numbers
  add_counted "$code" $counts
}

run_python() {
  install_python python
  start_mock
  headline "Python"
  test_python python
}

find_promtool() {
  local name
  for name in "${PROMTOOL:-}" promtool "$root/build/deps/usr/bin/promtool"; do
    if [ -n "$name" ] && command -v "$name" 2>/dev/null; then return; fi
  done
  die "no promtool is there: run tools/bootstrap.sh peers, or name one with PROMTOOL"
}

run_gateway() {
  export ANTIPHON_GATEWAY_PEER=${ANTIPHON_GATEWAY_PEER:-$root/build/dev/bin/gateway_peer}
  [ -x "$ANTIPHON_GATEWAY_PEER" ] || die "there is no $ANTIPHON_GATEWAY_PEER: run tools/build.sh dev gateway_peer"
  ANTIPHON_PROMTOOL=$(find_promtool)
  export ANTIPHON_PROMTOOL
  install_python gateway
  headline "Gateway: tools, knowledge and metrics"
  test_python gateway
}

find_phone_peer() {
  export ANTIPHON_PHONE_PEER=${ANTIPHON_PHONE_PEER:-$root/build/dev/bin/phone_peer}
  [ -x "$ANTIPHON_PHONE_PEER" ] || die "there is no $ANTIPHON_PHONE_PEER: run tools/build.sh dev phone_peer"
}

run_phone() {
  find_phone_peer
  install_python phone
  headline "Gateway: telephone calls, and two gateways behind one Redis"
  test_python phone
}

test_node() {  # PART
  local tap=$work/$1.tap code=0
  (cd "$work/$1" && node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$tap") || code=$?
  add_counted "$code" "$(sed -n 's/^# pass //p' "$tap")" "$(sed -n 's/^# fail //p' "$tap")"
}

run_node() {
  find_phone_peer
  install_node node
  start_mock
  headline "Node $(node --version)"
  test_node node
}

run_session() {
  export ANTIPHON_SESSION_PEER=${ANTIPHON_SESSION_PEER:-$root/build/dev/bin/session_peer}
  [ -x "$ANTIPHON_SESSION_PEER" ] || die "there is no $ANTIPHON_SESSION_PEER: run tools/build.sh dev session_peer"
  install_node session
  headline "Sessions: LiveKit's agent driven by us, our host driven by LiveKit's controller"
  test_node session
}

run_layercode() {
  CHROMIUM=$(find_browser)
  export CHROMIUM
  install_node layercode/node
  cp "$root/web/test/microphone.mjs" "$work/layercode/node"
  install_python layercode/python
  headline "Layercode: its SDKs for browsers and backends"
  test_node layercode/node
  headline "Layercode: layercode-gym of PyPI"
  test_python layercode/python
}

find_browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" 2>/dev/null; then return; fi
  done
  die "no Chromium is there: run tools/bootstrap.sh peers, or name one with CHROMIUM"
}

look() {  # ARGUMENT…, of web/test/browser.mjs
  local code=0 line
  npm --silent --prefix "$root/web" run test:browser -- "$@" | tee "$work/browser.log" || code=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/browser.log" | tail -n 1) || true
  add_counted "$code" "$(cut -d' ' -f1 <<<"${line:-0}")" "$(cut -d' ' -f3 <<<"${line:-0 0 0}")"
}

talk() {
  local code=0 line
  node "$root/web/test/talk-browser.mjs" --gateway "$(dirname "$ANTIPHON")/talk_gateway" --say "$ANTIPHON" --shots "$work/shots/talk" | tee "$work/talk.log" || code=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/talk.log" | tail -n 1) || true
  add_counted "$code" "$(cut -d' ' -f1 <<<"${line:-0}")" "$(cut -d' ' -f3 <<<"${line:-0 0 0}")"
}

run_browser() {
  CHROMIUM=$(find_browser)
  export CHROMIUM
  [ -e "$root/web/node_modules/playwright-core" ] || die "web/node_modules is not installed: run tools/build.sh dev antiphon"
  headline "Chromium: a call by microphone on the gateway's page"
  talk
  headline "Chromium: the report of sample data"
  look --shots "$work/shots/sample"
  headline "Chromium: the report of examples/init"
  "$ANTIPHON" run "$root/examples/init" --out "$work/init-out" || die "examples/init did not pass"
  look --report "$work/init-out/report.html" --shots "$work/shots/init"
  headline "Chromium: the report of examples/voice-suite"
  "$ANTIPHON" run "$root/examples/voice-suite" --out "$work/voice-out" || die "examples/voice-suite did not pass"
  look --report "$work/voice-out/report.html" --shots "$work/shots/voice"
  [ -e "$ANTIPHON_VENDOR_OUT/report.html" ] || return 0
  headline "Chromium: the report of the vendor's suite, with judges and errors"
  look --report "$ANTIPHON_VENDOR_OUT/report.html" --shots "$work/shots/vendor"
}

parts=("$@")
if [ ${#parts[@]} -eq 0 ]; then parts=(python gateway phone node session layercode browser); fi
for part in "${parts[@]}"; do
  case $part in
    python | gateway | phone | node | session | layercode | browser) "run_$part" ;;
    *) die "unknown part '$part': use python, gateway, phone, node, session, layercode or browser" ;;
  esac
done
printf '\n%d s in all\n%d passed, %d failed\n' "$SECONDS" "$passed" "$failed"
[ "$failed" -eq 0 ]
