#!/usr/bin/env python3
"""Builds the gateway's image (deploy/Containerfile) and calls it, confined as deploy/compose.yaml confines it: usage: image_test.py

Takes podman or docker (ENGINE names another one), and the base image or a registry that has it; a build takes half an hour on two cores. IMAGE=NAME takes an
image that is there already. Ports are those that the system has free, and containers are gone afterwards.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A line of deploy/compose.yaml, and the options that it stands for.
CONFINED = {
    "read_only: true": ["--read-only"],
    "tmpfs: [/tmp]": ["--tmpfs", "/tmp"],
    "cap_drop: [ALL]": ["--cap-drop", "ALL"],
    'security_opt: ["no-new-privileges:true"]': ["--security-opt", "no-new-privileges"],
}
# Nobody is known by name, so that no model is asked: callers hear that something went wrong, in a voice that the image brings.
NOBODY_KNOWN = ["--dns", "127.0.0.1"]
OPTIONS = sum(CONFINED.values(), [])
ENGINE = os.environ.get("ENGINE") or shutil.which("podman") or shutil.which("docker")
IMAGE = os.environ.get("IMAGE")
TOKEN = "t0ken"


def engine(*arguments, **options):
    done = subprocess.run([ENGINE, *arguments], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{ENGINE} {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout.strip()


def setUpModule():
    global IMAGE
    if not ENGINE:
        sys.exit("neither podman nor docker is installed, which build and run the image")
    if not IMAGE:
        IMAGE = "antiphon-gateway:test"
        print(f"building {IMAGE}", flush=True)
        docker_format = ["--format", "docker"] if "podman" in ENGINE else []  # that of OCI has no health checks
        subprocess.run([ENGINE, "build", *docker_format, "-f", str(ROOT / "deploy" / "Containerfile"), "-t", IMAGE, str(ROOT)], check=True)


class Image(unittest.TestCase):
    def setUp(self):
        self.container = engine("run", "-d", "-p", "127.0.0.1::8080", *OPTIONS, *NOBODY_KNOWN, "-e", f"GATEWAY_TOKEN={TOKEN}", "-e", "OPENAI_API_KEY=none", IMAGE)
        self.addCleanup(engine, "rm", "-f", self.container)
        self.address = engine("port", self.container, "8080").splitlines()[0]
        self.wait_until_ready()

    def wait_until_ready(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if self.get("ready")["status"] == "ready":
                    return
            except OSError:
                pass
            time.sleep(0.2)  # a real process gets ready in real time
        self.fail(f"not ready within a minute: {engine('logs', self.container)}")

    def get(self, what):
        with urllib.request.urlopen(f"http://{self.address}/{what}", timeout=5) as answer:
            return json.load(answer)

    def call(self, *more):
        """Somebody calls from the same machine, by the program of the image."""
        name = f"caller-of-{self.container[:12]}"
        arguments = ["run", "--name", name, "--network", f"container:{self.container}", *OPTIONS, IMAGE, "call", "ws://127.0.0.1:8080", "--token", TOKEN, *more]
        caller = subprocess.Popen([ENGINE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(caller.communicate)
        self.addCleanup(engine, "rm", "-f", name)  # first, so that the caller ends
        return caller

    def test_IsConfinedAsComposeDoes_GTW64(self):
        lines = [line.strip() for line in (ROOT / "deploy" / "compose.yaml").read_text().split("\n  redis:\n")[0].splitlines()]
        for line in CONFINED:
            self.assertIn(line, lines)

    def test_RunsUnprivilegedAndItsHealthCheckPasses_GTW64(self):
        self.assertEqual(engine("exec", self.container, "id", "-u"), "10001")
        image = json.loads(engine("image", "inspect", IMAGE))[0]
        check = image.get("HealthCheck") or image.get("Healthcheck") or image["Config"].get("Healthcheck")  # new and old podman, docker
        self.assertEqual(check["Test"][0], "CMD")
        engine("exec", self.container, *check["Test"][1:])
        self.assertEqual(self.get("health"), {"status": "ok"})

    def test_HearsAndSpeaksWithWhatTheImageBrings_GTW64(self):
        caller = self.call("--say", "Where is my parcel?")
        told, _ = caller.communicate(timeout=120)
        self.assertEqual(caller.returncode, 0, told)
        self.assertIn("1 of 1 answered", told)

    def test_StoppedItLetsTheCallEnd_GTW64(self):
        caller = self.call("--say", "Where is my parcel?", "--say", "And the other one?")
        while self.get("ready")["active_sessions"] == 0:
            self.assertIsNone(caller.poll(), "the caller has gone")
            time.sleep(0.1)  # as above
        engine("stop", "-t", "60", self.container)
        told, _ = caller.communicate(timeout=120)
        self.assertEqual(caller.returncode, 0, told)
        self.assertIn("2 of 2 answered", told)
        self.assertEqual(engine("inspect", "-f", "{{.State.ExitCode}}", self.container), "0")


if __name__ == "__main__":
    unittest.main(verbosity=2)
