#!/usr/bin/env python3
"""Starts the gateway of this folder and has its suite call it by voice: call_it.py ANTIPHON OUT. Ends with the suite's exit code."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

antiphon, out = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
here = pathlib.Path(__file__).resolve().parent
desk = out / "desk"  # a copy: the gateway keeps its databases beside its configuration
shutil.rmtree(out, ignore_errors=True)
shutil.copytree(here, desk)
env = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}

gateway = subprocess.Popen([antiphon, "serve", str(desk / "gateway.yaml"), "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE, text=True)
try:
    line = gateway.stdout.readline()
    if not line.startswith("listening on "):
        sys.exit("the gateway did not start")
    address = line.split()[-1]
    while gateway.poll() is None:
        try:
            urllib.request.urlopen(f"http://{address}/ready")
            break
        except urllib.error.HTTPError:
            time.sleep(0.05)  # its models load
    suite = subprocess.run([antiphon, "run", str(here / "suite.yaml"), "--out", str(out / "calls"), "-j", "1"], env={**env, "GATEWAY": address})
    gateway.send_signal(signal.SIGTERM)
    ended = gateway.wait(timeout=30)
    if ended != 0:
        sys.exit(f"the gateway ended with {ended}")
    sys.exit(suite.returncode)
finally:
    if gateway.poll() is None:
        gateway.kill()
