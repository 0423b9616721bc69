#!/usr/bin/env python3
"""The example of the guide (docs/guides/sessions.md) from its beginning to its end: usage: hotel_test.py ANTIPHON HOTEL_DESK"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

ANTIPHON, DESK = (os.path.abspath(path) for path in sys.argv[1:3])
del sys.argv[1:3]
HERE = pathlib.Path(__file__).resolve().parent


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Hotel(unittest.TestCase):
    def run_suite(self, name, bug):
        with tempfile.TemporaryDirectory() as out:
            env = {**os.environ, "HOTEL_BUG": bug, "HOTEL_DESK": DESK, "HOTEL_PORT": str(free_port())}
            done = subprocess.run([ANTIPHON, "run", str(HERE / name), "--allow-commands", "--out", out], env=env, capture_output=True, text=True, timeout=100)
            runs = json.loads((pathlib.Path(out) / "result.json").read_text())["scenarios"]
        return done, {run["name"]: run for run in runs}

    def check_fine(self, name):
        done, runs = self.run_suite(name, "none")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([run["outcome"] for run in runs.values()], ["passed"] * 3)
        booking = runs["hotel: books a room"]
        self.assertIn("book_room", json.dumps(booking["messages"]))

    def check_caught(self, name, bug="says-only", objection="missing in the database"):
        done, runs = self.run_suite(name, bug)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        booking = runs["hotel: books a room"]
        self.assertEqual(booking["outcome"], "failed")
        self.assertIn("Room 21 is booked", json.dumps(booking["messages"]), "it said so")
        self.assertEqual(booking["criteria"][0]["status"], "passed", "and the judge was content")
        self.assertIn("objects: " + objection, booking["reasoning"])
        self.assertEqual(booking["fault"]["party"], "agent")
        self.assertEqual([run["outcome"] for name, run in runs.items() if name != "hotel: books a room"], ["passed"] * 2)

    def test_ADeskThatDoesWhatItSaysPassesOverHttp_SES13(self):
        self.check_fine("suite.yaml")

    def test_ADeskThatOnlySaysThatItBookedIsCaughtByItsDatabaseOverHttp_SES13(self):
        self.check_caught("suite.yaml")

    def test_ADeskThatDoesWhatItSaysPassesAsASession_SES13(self):
        self.check_fine("session.yaml")

    def test_ADeskThatOnlySaysThatItBookedIsCaughtByItsOwnCodeAsASession_SES13(self):
        self.check_caught("session.yaml")

    def test_ADeskThatBooksTwiceIsCaughtEitherWay_SES13(self):
        for name in ("suite.yaml", "session.yaml"):
            self.check_caught(name, "twice", "not expected in it")


class Program(unittest.TestCase):
    """The same desk as a process that is an agent."""

    def start(self, *arguments, program=DESK):
        process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def ask(self, address):
        done = subprocess.run([ANTIPHON, "session", address, "--json", "--text", "What does a suite cost?"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["items"][0]["content"]

    def test_StartHostsSessionsAndEndsWithZeroOnSigterm_SES10(self):
        process = self.start("start", "--listen", "127.0.0.1:0", "--agent-name", "night desk")
        address = process.stdout.readline().split()[-1]
        self.assertEqual(self.ask(address), "A suite room costs 300 euros a night.")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, log)
        self.assertEqual(json.loads(log.splitlines()[0])["agent_name"], "night desk")

    def test_DevBeginsAnewWhenItsFileHasChanged_SES10(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copy(DESK, folder)
            process = self.start("dev", "--listen", "127.0.0.1:0", program=copy)
            self.assertIn("listening on", process.stdout.readline())
            os.utime(copy)
            again = process.stdout.readline()  # printed by its successor, in the same process
            self.assertEqual(self.ask(again.split()[-1]), "A suite room costs 300 euros a night.")
            process.send_signal(signal.SIGINT)
            _, log = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 0, log)
            self.assertIn("begins anew", log)

    def test_MistakesAreTwoAndNobodyThereIsThree_SES10(self):
        for arguments, code, said in ((["begin"], 2, "fix:"), (["start", "--log-level", "loud"], 2, "loud"), (["console", "--connect-addr", "127.0.0.1:1"], 3, "refused"),
                                      (["connect", "--room", "x"], 3, "rooms are not in this version")):
            process = self.start(*arguments)
            _, log = process.communicate(timeout=60)
            self.assertEqual(process.returncode, code, log)
            self.assertIn(said, log)


if __name__ == "__main__":
    unittest.main()
