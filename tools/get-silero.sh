#!/usr/bin/env bash
# get-silero.sh: installs the voice detector Silero VAD 6 (MIT, 1.2 MB on disk) from the PyPI package silero-vad into ANTIPHON_MODELS, else
# ${XDG_DATA_HOME:-~/.local/share}/antiphon/models. Checks what it got; installs nothing else.
set -euo pipefail
. "$(dirname "$0")/common.sh"

package=silero-vad==6.2.3
target=${ANTIPHON_MODELS:-${XDG_DATA_HOME:-$HOME/.local/share}/antiphon/models}/silero
file=silero_vad_16k.safetensors
sums='c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1  silero_vad_16k.safetensors'

if [ -d "$target" ] && (cd "$target" && sha256sum --check --status <<<"$sums"); then
  echo "silero is there already: $target"
  exit 0
fi
python3 -m pip --version >/dev/null 2>&1 || die "pip is needed to fetch $package: install python3-pip"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo "fetching Silero VAD 6: the voice detector \`silero\` (MIT, 11 MB to fetch, 1.2 MB installed)"
python3 -m pip install --quiet --no-deps --disable-pip-version-check --root-user-action=ignore --target "$scratch" "$package"
(cd "$scratch/silero_vad/data" && sha256sum --check --quiet <<<"$sums") || die "$package is not what it was: nothing was installed"
mkdir -p "$target"
cp "$scratch/silero_vad/data/$file" "$target/.$file"
cp "$scratch"/silero_vad-*.dist-info/licenses/LICENSE "$target/LICENSE"
mv "$target/.$file" "$target/$file"
echo "installed $target"
