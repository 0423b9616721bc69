# Sourced by the scripts that install models, after common.sh.
# shellcheck shell=bash

# Installs the files of a Python package that a model consists of: install_model NAME PACKAGE==VERSION FOLDER SUMS TITLE [BESIDE…]
# FOLDER is where they lie in the package, SUMS what sha256sum says of them, TITLE what a person reads, BESIDE patterns of what is to lie beside them.
# Ends the script where the files are there already.
install_model() {
  local name=$1 package=$2 folder=$3 sums=$4 title=$5 file scratch target
  shift 5
  target=${ANTIPHON_MODELS:-${XDG_DATA_HOME:-$HOME/.local/share}/antiphon/models}/$name
  if [ -d "$target" ] && (cd "$target" && sha256sum --check --status <<<"$sums"); then
    echo "$name is there already: $target"
    exit 0
  fi
  python3 -m pip --version >/dev/null 2>&1 || die "pip is needed to fetch $package: install python3-pip"
  scratch=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now: the variable is gone when the script ends
  trap "rm -rf '$scratch'" EXIT
  echo "fetching $title"
  python3 -m pip install --quiet --no-deps --disable-pip-version-check --root-user-action=ignore --target "$scratch" "$package"
  (cd "$scratch/$folder" && sha256sum --check --quiet <<<"$sums") || die "$package is not what it was: nothing was installed"
  mkdir -p "$target"
  for file; do
    # shellcheck disable=SC2086  # a pattern
    cp "$scratch"/$file "$target"
  done
  while read -r _ file; do
    cp "$scratch/$folder/$file" "$target/.$file" && mv "$target/.$file" "$target/$file"
  done <<<"$sums"
  echo "installed $target"
}
