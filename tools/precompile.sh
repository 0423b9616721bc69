#!/usr/bin/env bash
# precompile.sh HEADER OUTPUT COMPILER OPTION…: compiles HEADER into OUTPUT, for `-include-pch`, with its dependencies in OUTPUT.d and, in OUTPUT.sum, what
# ccache takes for its content: the compiler, the options and the text that they make of HEADER. That is the same in every checkout; OUTPUT names folders.
set -euo pipefail
header=$1 output=$2; shift 2
# CMake takes relative names among dependencies as relative to another folder.
"$@" -x c++-header "$header" -o "$output" -Xclang -fno-pch-timestamp -fpch-instantiate-templates -MD -MF "$output.d" -MT "$PWD/$output"
{ "$1" --version; printf '%s\n' "${@:2}"; "$@" -x c++-header -E -P "$header"; } | sha256sum >"$output.sum"
