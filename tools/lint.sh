#!/usr/bin/env bash
# lint.sh CHECK…: layers, format, shell, tidy, web; or `reformat`, which rewrites instead of checking. Each says how long it took; the first failure ends it.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

newest() {  # the tool under its versioned name, else under its own
  local name
  for name in "$1-19" "$1-18" "$1"; do if command -v "$name" >/dev/null; then echo "$name"; return; fi; done
  die "$1 is missing: run tools/bootstrap.sh lint"
}
cpp_files() { find antiphon examples tests bench \( -name build -o -name node_modules \) -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print0; }
shell_files() { { grep -rlE '^#!.*\b(ba)?sh\b' tools .ci tests examples bench --exclude-dir=node_modules --exclude-dir=build || true; } | sort; }

check_layers() { python3 tools/check-layers.py; }

check_format() {
  cpp_files | xargs -0 -P "$(jobs)" -n 40 "$(newest clang-format)" --dry-run -Werror || die "some files are not formatted: run 'make format'"
}

check_reformat() { cpp_files | xargs -0 -P "$(jobs)" -n 40 "$(newest clang-format)" -i; }

check_shell() {
  local files
  mapfile -t files < <(shell_files)
  shellcheck -x -P SCRIPTDIR "${files[@]}"
}

# Product sources only: headers are seen through them, and tests are read by the compiler with warnings as errors.
check_tidy() {
  choose_compiler
  local tidy
  tidy=$(newest clang-tidy)
  say "configuring build/lint for the compile commands"
  cmake --preset lint --log-level=NOTICE
  cmake --build build/lint --target antiphon_generated >/dev/null  # headers that no source file holds
  python3 tools/tidy.py --clang-tidy "$tidy" --jobs "$(jobs)" build/lint
}

check_web() {
  [ -f web/package.json ] || { say "web/package.json is not there: nothing to check"; return 0; }
  local stamp=web/node_modules/.antiphon-stamp  # the one that web/CMakeLists.txt keeps
  if ! [ "$stamp" -nt web/package-lock.json ]; then
    (cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    touch "$stamp"
  fi
  (cd web && npx --no-install tsc --noEmit)
}

[ $# -ge 1 ] || die "usage: tools/lint.sh layers|format|shell|tidy|web|reformat…"
for check in "$@"; do
  declare -F "check_$check" >/dev/null || die "unknown check '$check': use layers, format, shell, tidy, web or reformat"
  printf '\n== lint: %s\n' "$check"
  start=$SECONDS
  "check_$check" || die "lint $check failed"
  printf 'lint %s: ok, %d s\n' "$check" $((SECONDS - start))
done
