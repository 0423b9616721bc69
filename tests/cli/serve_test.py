#!/usr/bin/env python3
"""`antiphon serve` as a process: usage: serve_test.py ANTIPHON. Real time, because signals and sockets are real."""
import http.server
import json
import os
import pathlib
import resource
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
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

    def test_ADetectorThatIsNotInstalledIsAMistakeBeforeAnybodyCalls_GTW1(self):
        (self.folder / "gateway.yaml").write_text(STUBS + "call: {barge_in: silero}\n")
        without = ENV | {"ANTIPHON_MODELS": str(self.folder), "XDG_DATA_HOME": str(self.folder), "HOME": str(self.folder)}
        done = subprocess.run([ANTIPHON, "serve", "gateway.yaml", "--check"], cwd=self.folder, env=without, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("the voice detector Silero is not installed\n  gateway.yaml:3:18\n", done.stderr)
        self.assertIn("get-silero.sh", done.stderr)

    def test_APortThatIsTakenIsOneClearErrorOfServe_PRD61(self):
        address = self.address(self.start())
        second = self.start(STUBS, "--listen", address)
        out, err = second.communicate(timeout=30)
        self.assertEqual((second.returncode, out), (3, ""))
        last = json.loads(err.splitlines()[-1])  # every line of what is no terminal is an object
        self.assertEqual((last["level"], last["text"]), ("error", f"cannot listen on {address}: address already in use"), err)

    def test_RaisesItsLimitOfOpenFiles_GTW13(self):
        (self.folder / "gateway.yaml").write_text(STUBS)
        process = subprocess.Popen([ANTIPHON, "serve", "gateway.yaml"], cwd=self.folder, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 150)))
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.ready(self.address(process))
        self.assertEqual(resource.prlimit(process.pid, resource.RLIMIT_NOFILE), (150, 150))
        process.terminate()
        self.assertIn("100 calls need more open files than the 150", process.communicate()[1])

    def test_ServesOverTls_GTW13(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
                        "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"], cwd=self.folder, check=True, capture_output=True)
        process = self.start(STUBS + "tls: {certificate: cert.pem, key: key.pem}\n")
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        self.assertEqual(self.ready(self.address(process), "https", context)["status"], "ready")

    def session_address(self, process):
        for line in process.stderr:
            entry = json.loads(line)
            if entry["event"] == "session":
                return entry["text"].split()[0]
        self.fail("it hosts no sessions")

    def talk(self, *arguments):
        done = subprocess.run([ANTIPHON, "session", "--json", *arguments], cwd=self.folder, env=ENV, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_HostsItsConversationsAsSessions_SES2_SES6_PRD62(self):
        process = self.start(STUBS, "--session-listen", "127.0.0.1:0", "--session-token", "s3cret")
        address = self.session_address(process)
        for how in ((address,), (f"ws://{address}/session", "--token", "s3cret")):
            turns = self.talk(*how, "--text", "where is it?", "--text", "and now?")
            self.assertEqual([turn["items"][0]["role"] for turn in turns], ["assistant", "assistant"])
            self.assertIn("parcel", turns[1]["items"][0]["content"])
        self.ready(self.address(process))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, out), (0, ""), err)

    def test_ConsoleDialsAController_SES7_SES10(self):
        (self.folder / "gateway.yaml").write_text(STUBS)
        turns = self.talk("--text", "where is it?", "--", ANTIPHON, "console", "gateway.yaml", "--connect-addr", "{address}")
        self.assertIn("parcel", turns[0]["items"][0]["content"])

    def metric(self, address, name):
        with urllib.request.urlopen(f"http://{address}/metrics") as reply:
            return [line.split()[1] for line in reply.read().decode().splitlines() if line.startswith(name + " ")]

    def test_SighupReadsTheFileAnew_GTW1(self):
        process = self.start(STUBS + "sessions: {limit: 3}\n")
        address = self.address(process)
        self.ready(address)
        self.assertEqual(self.metric(address, "voice_session_limit"), ["3"])
        (self.folder / "gateway.yaml").write_text(STUBS + "sessions: {limitt: 5}\n")
        process.send_signal(signal.SIGHUP)
        self.wait_for(process, "nothing has changed")
        self.assertEqual(self.metric(address, "voice_session_limit"), ["3"])
        (self.folder / "gateway.yaml").write_text(STUBS + "sessions: {limit: 5}\ndrain: 1s\nlog: off\n")
        process.send_signal(signal.SIGHUP)
        self.assertIn("log stay as they are", self.wait_for(process, "answered by the new configuration"))
        self.assertEqual(self.metric(address, "voice_session_limit"), ["5"])

    def test_ASighupWhileTheConfigurationIsReadIsCarriedOutOnceReady_GTW1(self):
        os.mkfifo(self.folder / "gateway.yaml")
        process = subprocess.Popen([ANTIPHON, "serve", "gateway.yaml"], cwd=self.folder, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        with open(self.folder / "gateway.yaml", "w") as pipe:  # once it is open, somebody reads
            process.send_signal(signal.SIGHUP)
            (self.folder / "new.yaml").write_text(STUBS + "sessions: {limit: 5}\n")
            os.replace(self.folder / "new.yaml", self.folder / "gateway.yaml")
            pipe.write(STUBS + "sessions: {limit: 3}\n")
        self.wait_for(process, "answered by the new configuration")
        self.assertEqual(self.metric(self.address(process), "voice_session_limit"), ["5"])

    def test_ASighupWhileItLoadsIsCarriedOutOnceReady_GTW1(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:  # for a second it is asked, and says nothing
            redis = f", redis: 'redis://127.0.0.1:{silent.getsockname()[1]}'}}\n"
            process = self.start(STUBS + "sessions: {limit: 3" + redis)
            address = self.address(process)
            (self.folder / "gateway.yaml").write_text(STUBS + "sessions: {limit: 5" + redis)
            process.send_signal(signal.SIGHUP)
            self.wait_for(process, "answered by the new configuration")
        self.assertEqual(self.metric(address, "voice_session_limit"), ["5"])

    def wait_for(self, process, text):
        lines = ""
        for line in process.stderr:
            lines += line
            if text in line:
                return lines
        self.fail(f"{text} was never said, but {lines}")

    def test_ACallIsLoggedCountedAndTraced_GTW50_GTW51(self):
        traces, arrived = [], threading.Event()

        class Collector(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                traces.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
                arrived.set()

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Collector) as collector:
            threading.Thread(target=collector.serve_forever, daemon=True).start()
            process = self.start(STUBS + f"tracing: {{url: 'http://127.0.0.1:{collector.server_port}/v1/traces'}}\n")
            address = self.address(process)
            self.ready(address)
            call = subprocess.run([ANTIPHON, "call", f"ws://{address}", "--dtmf", "1", "--caller-id", "+15550100"], capture_output=True, text=True, env=ENV)
            self.assertIn(call.returncode, (0, 1), call.stderr)
            process.send_signal(signal.SIGTERM)  # what waits is sent before the end
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, err)
            self.assertTrue(arrived.is_set())
            collector.shutdown()
        events = [json.loads(line) for line in err.splitlines()]  # no terminal: each line is JSON
        self.assertLessEqual({"gateway", "ready", "call_began", "call_ended", "stopping"}, {event["event"] for event in events})
        self.assertNotIn("5550100", "".join(line for line in err.splitlines() if "call_id" in line))
        self.assertEqual(traces[0][0], "/v1/traces")
        self.assertIn("voice_session", json.dumps(traces))


if __name__ == "__main__":
    unittest.main()
