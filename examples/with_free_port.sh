#!/usr/bin/env bash
# with_free_port.sh VARIABLE COMMAND…: runs COMMAND with a free port in VARIABLE, so that examples can run beside each other.
set -euo pipefail
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export "$1=$port"
shift
exec "$@"
