# Sourced by the other scripts: where the project is, how to speak, which compiler to use.
# shellcheck shell=bash disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

jobs() { echo "${JOBS:-$(nproc)}"; }

# Sets ANTIPHON_CC and ANTIPHON_CXX (which the presets read) to the newest clang that is tested, unless the caller chose.
choose_compiler() {
  if [ -z "${ANTIPHON_CXX:-}" ]; then
    local name
    for name in clang++-19 clang++-18 clang++; do
      if command -v "$name" >/dev/null 2>&1; then ANTIPHON_CXX=$name ANTIPHON_CC=${name/clang++/clang}; break; fi
    done
  fi
  [ -n "${ANTIPHON_CXX:-}" ] || die "no clang++ found: run tools/bootstrap.sh build, or name a compiler with ANTIPHON_CC and ANTIPHON_CXX"
  export ANTIPHON_CXX ANTIPHON_CC="${ANTIPHON_CC:-${ANTIPHON_CXX/clang++/clang}}"
}
