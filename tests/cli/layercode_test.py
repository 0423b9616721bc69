#!/usr/bin/env python3
"""The platform of Layercode, the check of its backends, and the backend of examples/gym, as a user starts them: usage: layercode_test.py ANTIPHON. Real time, because
processes and sockets are real."""
import contextlib
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

ANTIPHON = os.path.abspath(sys.argv.pop(1))
BACKEND = pathlib.Path(__file__).resolve().parents[2] / "examples/gym/backend.py"
ENV = {**os.environ, "LAYERCODE_WEBHOOK_SECRET": "whsec_test", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def free_port():
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Layercode(unittest.TestCase):
    def start(self, *command, **variables):
        process = subprocess.Popen(command, env={**ENV, **variables}, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.terminate)
        line = process.stdout.readline()
        self.assertTrue(line.startswith("listening on "), line)
        return line.split()[-1]

    def backend(self, **variables):
        return f"http://{self.start(sys.executable, str(BACKEND), '0', **variables)}"

    def check(self, *arguments, **variables):
        return subprocess.run([ANTIPHON, "gym", "check", *arguments], env={**ENV, **variables}, capture_output=True, text=True, timeout=100)

    def test_TheExampleBackendConforms_GYM9(self):
        ran = self.check(f"{self.backend()}/api/agent")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertRegex(ran.stdout, r"\n(\d+) of \1 hold\n$")
        self.assertIn("refuses-stale", ran.stdout)

    def test_ABackendWithAnotherSecretDoesNotAndTheReportIsJson_GYM9(self):
        ran = self.check(f"{self.backend()}/api/agent", "--secret", "another", "--json")
        self.assertEqual(ran.returncode, 1, ran.stderr)
        report = json.loads(ran.stdout)
        self.assertEqual((report["schema"], report["conforms"], report["reached"]), ("antiphon.gym-check/1", False, True))
        failed = [each["id"] for each in report["checks"] if each["verdict"] == "fails"]
        self.assertIn("accepts-signed", failed)
        self.assertNotIn("refuses-unsigned", failed)
        self.assertEqual(report["failed"], len(failed))

    def test_NobodyThereIsAnErrorAndMistakesOfTheCommandAreMistakes_GYM9(self):
        nobody = self.check(f"http://127.0.0.1:{free_port()}/")
        self.assertEqual(nobody.returncode, 3, nobody.stdout)
        self.assertIn("nobody answered", nobody.stdout)
        for arguments, variables, words in [
            (["127.0.0.1:1"], {}, "is no address"),
            (["http://127.0.0.1:1"], {"LAYERCODE_WEBHOOK_SECRET": ""}, "no secret"),
            (["http://127.0.0.1:1", "--timeout", "soon"], {}, "no duration"),
            ([], {}, "url"),
        ]:
            ran = self.check(*arguments, **variables)
            self.assertEqual(ran.returncode, 2, (arguments, ran.stdout, ran.stderr))
            self.assertIn(words, ran.stderr)

    def test_CtrlCEndsACheckOfABackendThatHangs_GYM9(self):
        asked = threading.Event()

        class Hangs(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked.set()
                release.wait(60)

            def log_message(self, *_):
                pass

        release = threading.Event()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hangs)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(release.set)
        process = subprocess.Popen([ANTIPHON, "gym", "check", f"http://127.0.0.1:{server.server_port}/"], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertTrue(asked.wait(60))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)

    def test_TheBackendOpensSessionsOfThePlatformAndPassesItsRefusalsOn_GYM9(self):
        listen = f"127.0.0.1:{free_port()}"
        backend = self.backend(LAYERCODE_API_URL=f"http://{listen}")
        address = self.start(ANTIPHON, "layercode-platform", "--listen", listen, "--webhook-url", f"{backend}/api/agent", "--agent-id", "desk", "--stt", "off", "--tts", "off")
        self.assertEqual(address, listen)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def authorise(body):
            return json.load(opener.open(urllib.request.Request(f"{backend}/api/authorize", json.dumps(body).encode(), {"Content-Type": "application/json"}), timeout=10))

        session = authorise({})
        self.assertEqual(session["config"]["transcription"]["trigger"], "automatic")
        again = authorise({"agent_id": "desk", "conversation_id": session["conversation_id"]})
        self.assertEqual(again["conversation_id"], session["conversation_id"])
        with self.assertRaises(urllib.error.HTTPError) as refused:
            authorise({"agent_id": "another"})
        self.assertEqual(refused.exception.code, 400)
        self.assertIn("another", json.load(refused.exception)["error"])

    def test_SessionsOfThePlatformAreByPushToTalkWhereItIsStartedSo_PRD62(self):
        address = self.start(
            ANTIPHON, "layercode-platform", "--listen", "127.0.0.1:0", "--webhook-url", "http://127.0.0.1:1", "--webhook-secret", "whsec_test", "--trigger", "push_to_talk", "--stt", "off", "--tts", "off"
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(f"http://{address}/api/authorize", json.dumps({"agent_id": "desk"}).encode(), {"Content-Type": "application/json"})
        self.assertEqual(json.load(opener.open(request, timeout=10))["config"]["transcription"]["trigger"], "push_to_talk")

    def test_ThePlatformRefusesWhatItCannotDoBeforeItListens_GYM9_PRD62(self):
        for arguments, variables, words in [
            (["--webhook-url", "backend"], {}, "is no address"),
            (["--webhook-url", "http://127.0.0.1:1"], {"LAYERCODE_WEBHOOK_SECRET": ""}, "no secret"),
            (["--webhook-url", "http://127.0.0.1:1", "--listen", "0.0.0.0:0"], {}, "--insecure"),
            (["--webhook-url", "http://127.0.0.1:1", "--tts", "nobody/knows"], {}, "nobody"),
            (["--webhook-url", "http://127.0.0.1:1", "--trigger", "telepathy"], {}, "telepathy"),
            ([], {}, "--webhook-url"),
        ]:
            ran = subprocess.run([ANTIPHON, "layercode-platform", *arguments], env={**ENV, **variables}, capture_output=True, text=True, timeout=60)
            self.assertEqual((ran.returncode, ran.stdout), (2, ""), (arguments, ran.stderr))
            self.assertIn(words, ran.stderr)


if __name__ == "__main__":
    unittest.main()
