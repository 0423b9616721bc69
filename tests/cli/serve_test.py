#!/usr/bin/env python3
"""`antiphon serve` as a process: usage: serve_test.py ANTIPHON. Real time, because signals and sockets are real."""
import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ANTIPHON = os.path.abspath(sys.argv.pop(1))
STUBS = "providers: {asr: {stub: {}}, llm: {stub: {}}, tts: {stub: {}}}\nlisten: 127.0.0.1:0\n"
ENV = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}


class Serve(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.addCleanup(self.temp.cleanup)
        self.folder = pathlib.Path(self.temp.name)

    def start(self, text=STUBS, *arguments):
        (self.folder / "gateway.yaml").write_text(text)
        process = subprocess.Popen([ANTIPHON, "serve", "gateway.yaml", *arguments], cwd=self.folder, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def address(self, process):
        line = process.stdout.readline()
        self.assertTrue(line.startswith("listening on 127.0.0.1:"), (line, process.poll()))
        return line.split()[-1]

    def ready(self, address, scheme="http", context=None):
        for _ in range(3000):  # bounded, so that a failure shows as one
            try:
                with urllib.request.urlopen(f"{scheme}://{address}/ready", context=context) as reply:
                    return json.load(reply)
            except urllib.error.HTTPError as error:
                self.assertEqual(error.code, 503)
                time.sleep(0.01)  # it loads
        self.fail("it never became ready")

    def test_SaysWhereItListensAndBecomesReady_GTW12_PRD62(self):
        process = self.start()
        self.assertEqual(self.ready(self.address(process))["status"], "ready")

    def test_SigtermDrainsAndEndsWithZero_GTW13_PRD61(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start()
            self.ready(self.address(process))
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
            self.assertEqual((process.returncode, out), (0, ""), err)
            self.assertIn("stopping", err)

    def test_APortThatIsTakenIsOneClearErrorOfServe_PRD61(self):
        address = self.address(self.start())
        second = self.start(STUBS, "--listen", address)
        out, err = second.communicate(timeout=30)
        self.assertEqual((second.returncode, out), (3, ""))
        self.assertIn(f"error: cannot listen on {address}: address already in use", err)

    def test_ServesOverTls_GTW13(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
                        "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"], cwd=self.folder, check=True, capture_output=True)
        process = self.start(STUBS + "tls: {certificate: cert.pem, key: key.pem}\n")
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        self.assertEqual(self.ready(self.address(process), "https", context)["status"], "ready")


if __name__ == "__main__":
    unittest.main()
