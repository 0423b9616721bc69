#!/usr/bin/env bash
# bootstrap.sh [build|demo|test|asan|peers|lint|bench|fuzz]: installs what that make target needs, by package name, from the system's own package sources.
# Runs as root or through sudo; does nothing, at once, where everything is there. Debian 12 or newer, Ubuntu 24.04 or newer.
# ANTIPHON_BOOTSTRAP=skip leaves the system alone: then the packages are up to you (docs/dependencies.md lists them).
set -euo pipefail
. "$(dirname "$0")/common.sh"
purpose=${1:-build}
cd "$root"
[ "${ANTIPHON_BOOTSTRAP:-}" != skip ] || exit 0

system() { (. /etc/os-release 2>/dev/null && echo "${ID:-unknown} ${VERSION_ID:-0}") || echo "unknown 0"; }
supported() {
  local id version
  read -r id version < <(system)
  case $id in
    debian) [ "${version%%.*}" -ge 12 ] ;;
    ubuntu) [ "${version%%.*}" -ge 24 ] ;;
    *) return 1 ;;
  esac
}
supported || die "this knows the packages of Debian 12 and Ubuntu 24.04 or newer, not of '$(system)': install what docs/dependencies.md lists, then set ANTIPHON_BOOTSTRAP=skip"

# --- What is needed. `a|b` is the first of them that is installed or, else, that apt offers. ---------------------------------------------
compiler=('clang-19|clang-18' 'lld-19|lld-18' cmake ninja-build ccache pkg-config)
libraries=('libboost1.81-dev|libboost1.83-dev|libboost-dev' 'libboost-json1.81-dev|libboost-json1.83-dev|libboost-json-dev'
  'libboost-url1.81-dev|libboost-url1.83-dev|libboost-url-dev' libfmt-dev libcli11-dev libyaml-cpp-dev libpcre2-dev libssl-dev zlib1g-dev
  libsqlite3-dev libsndfile1-dev libmpg123-dev libsoxr-dev libopus-dev libebur128-dev libwebrtc-audio-processing-dev flite1-dev libkissfft-dev
  libpocketsphinx-dev pocketsphinx-en-us libasound2-dev libpq-dev libhiredis-dev prometheus-cpp-dev libprotobuf-dev protobuf-compiler)
sanitizers=('libclang-rt-19-dev|libclang-rt-18-dev')
tests=(libgtest-dev libgmock-dev catch2 python3 pocketsphinx-testdata redis-server)
tidy=('clang-tidy-19|clang-tidy-18' 'clang-format-19|clang-format-18' shellcheck python3)

node_is_there() {  # one that is on PATH will do, wherever it came from
  command -v npm >/dev/null && [ "$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')" -ge 18 ] 2>/dev/null
}
node=()
if ! node_is_there; then node=(nodejs npm); fi

browser_is_there() {  # likewise; CHROMIUM names one that is called otherwise
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}
browser=()
if ! browser_is_there; then browser=('chromium|chromium-browser'); fi

pip=()
if tools/get-speech.sh need && ! python3 -m pip --version >/dev/null 2>&1; then pip=(python3-pip); fi

needed=("${compiler[@]}" "${libraries[@]}" "${node[@]}" "${pip[@]}")
case $purpose in
  build | bench) ;;
  demo) needed+=(python3) ;;
  test) needed+=("${tests[@]}") ;;
  asan) needed+=("${tests[@]}" "${sanitizers[@]}") ;;
  fuzz) needed+=("${sanitizers[@]}") ;;
  peers) needed+=("${tests[@]}" "${browser[@]}" python3-venv) ;;
  lint) needed+=("${tests[@]}" "${tidy[@]}") ;;
  *) die "unknown purpose '$purpose': use build, demo, test, asan, peers, lint, bench or fuzz" ;;
esac

# --- What is missing -----------------------------------------------------------------------------------------------------------------------
IFS=$'| \n' read -r -d '' -a names <<<"${needed[*]}" || true
installed=" $(dpkg-query -W -f='${Package}/${db:Status-Status} ' "${names[@]}" 2>/dev/null || true) "
is_installed() { [[ $installed == *" $1/installed "* ]]; }
any_installed() {
  local name
  for name in ${1//|/ }; do if is_installed "$name"; then return 0; fi; done
  return 1
}
missing=()
for choice in "${needed[@]}"; do any_installed "$choice" || missing+=("$choice"); done

# Prometheus' own check of metrics and alerts. Its package would start a server: only the tool is taken.
promtool_is_there() { command -v "${PROMTOOL:-promtool}" >/dev/null || [ -x build/deps/usr/bin/promtool ]; }
needs_promtool() { [ "$purpose" = peers ] && ! promtool_is_there; }

valijson_is_there() { [ -e /usr/include/valijson/validator.hpp ] || [ -e build/deps/usr/include/valijson/validator.hpp ]; }
if [ ${#missing[@]} -eq 0 ] && valijson_is_there && ! needs_promtool; then exec tools/get-speech.sh; fi

# --- Installing ----------------------------------------------------------------------------------------------------------------------------
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$([ -t 0 ] && echo -- || echo -n)" "$@"
  else die "packages are missing (${missing[*]}) and this is neither root nor is sudo here: run 'tools/bootstrap.sh $purpose' as root"
  fi
}

# Keeps apt's own words for a failure, and shows how far it is: one line on a terminal, one per quarter elsewhere.
log=build/bootstrap.log
show_progress() {
  local line percent phase last=-1
  while IFS= read -r line; do
    case $line in
      dlstatus:*) phase=fetched ;;
      pmstatus:*) phase=installed ;;
      *) printf '%s\n' "$line" >>"$log"; continue ;;
    esac
    percent=${line#*:*:} percent=${percent%%[.:]*}
    if [ -t 2 ]; then printf '\r  %s %3d %%   ' "$phase" "$percent" >&2
    elif [ "$phase$((percent / 25))" != "$last" ]; then last=$phase$((percent / 25)); printf '  %s %d %%\n' "$phase" "$percent" >&2
    fi
  done
  if [ -t 2 ]; then printf '\n' >&2; fi
}

apt_lists_are_fresh=
refresh_lists() {
  [ -z "$apt_lists_are_fresh" ] || return 0
  apt_lists_are_fresh=1
  say "reading the package lists"
  as_root apt-get update -qq -o DPkg::Lock::Timeout=300 >>"$log" 2>&1 || say "the package lists could not be refreshed (see $log): going on with those at hand"
}

first_offered() {
  local name
  for name in ${1//|/ }; do
    if [[ $(apt-cache policy "$name" 2>/dev/null) =~ Candidate:\ [^\(] ]]; then echo "$name"; return; fi
  done
  return 1
}

install_packages() {
  local choice name packages=()
  for choice in "${missing[@]}"; do
    name=$(first_offered "$choice") || die "apt offers none of: ${choice//|/, } (is a package source missing? on Ubuntu: universe)"
    packages+=("$name")
  done
  say "installing for '$purpose' (log: $log): ${packages[*]}"
  # --no-remove: a package of yours that stands in the way is for you to judge.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300 -o APT::Status-Fd=1 \
    "${packages[@]}" </dev/null 2>&1 | show_progress || { grep -E '^(E|W):' "$log" | tail -n 5 >&2 || true; die "apt could not install them: $log tells the rest"; }
}

# The package of these headers pulls in Qt and Poco for adapters that are not used: only its own files are taken.
unpack_valijson() { unpack libvalijson-dev 'the headers of libvalijson-dev' .; }
unpack_promtool() { unpack prometheus 'promtool of prometheus' ./usr/bin/promtool; }

unpack() {  # PACKAGE WHAT PATH…: of the package
  local folder
  say "unpacking $2 into build/deps"
  folder=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf '$folder'" EXIT
  chmod 755 "$folder"
  (cd "$folder" && apt-get download -qq "$1") >>"$log" 2>&1 || die "apt could not fetch $1: $log tells why"
  mkdir -p build/deps
  dpkg-deb --fsys-tarfile "$folder/$1"_*.deb | tar -x -C build/deps "${@:3}"
  rm -rf "$folder"
}

mkdir -p build
: >"$log"
refresh_lists
start=$SECONDS
if [ ${#missing[@]} -gt 0 ]; then install_packages; fi
if ! valijson_is_there; then unpack_valijson; fi
if needs_promtool; then unpack_promtool; fi
tools/get-speech.sh
say "done in $((SECONDS - start)) s"
