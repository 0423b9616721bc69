#!/usr/bin/env bash
# get-silero.sh: installs the voice detector Silero VAD 6 (MIT, 1.2 MB on disk) from the PyPI package silero-vad into ANTIPHON_MODELS, else
# ${XDG_DATA_HOME:-~/.local/share}/antiphon/models. Checks what it got; installs nothing else.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/models.sh"

install_model silero silero-vad==6.2.3 silero_vad/data 'c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1  silero_vad_16k.safetensors' \
  "Silero VAD 6: the voice detector \`silero\` (MIT, 11 MB to fetch, 1.2 MB installed)" 'silero_vad-*.dist-info/licenses/LICENSE'
