#!/usr/bin/env python3
"""Ctrl-C, SIGTERM, SIGHUP and full disks, on the program itself: usage: signals_test.py ANTIPHON. Real time, because signals and processes are real."""
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

ANTIPHON = os.path.abspath(sys.argv.pop(1))
ENV = {**os.environ, "ANTIPHON_REMOTE_NOTICE": "off"}
AGENT = "import sys, time\nfor line in sys.stdin:\n    print('{\"content\": \"one moment\"}', flush=True)\n    time.sleep(SLEEP)\n"


class Folder(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.addCleanup(self.temp.cleanup)
        self.folder = pathlib.Path(self.temp.name)

    def suite(self, program, scenarios=3):
        names = "".join(f"  - {{name: s{i}, script: [user: hi, agent, user: again, agent], checks: [{{contains: moment}}]}}\n" for i in range(scenarios))
        (self.folder / "agent.py").write_text(program)
        (self.folder / "suite.yaml").write_text(f"antiphon: 1\nagent: {{process: {{run: [{sys.executable}, agent.py]}}}}\nscenarios:\n{names}")

    def start(self, *arguments):
        return subprocess.Popen([ANTIPHON, *arguments], cwd=self.folder, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for(self, what, process):
        for _ in range(1000):  # bounded, so that a failure shows as one
            if what():
                return
            if process.poll() is not None:
                self.fail(f"it ended early: {process.communicate()}")
            time.sleep(0.01)
        self.fail("it never came so far")

    def ends(self, pid):
        for _ in range(3000):  # real time: init takes some
            try:
                if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                    return True
            except (FileNotFoundError, ProcessLookupError):
                return True
            time.sleep(0.01)
        return False

    def result(self):
        return json.loads((self.folder / "antiphon-out" / "result.json").read_text())


class Signals(Folder):
    def test_CtrlCKeepsThePartialResultAndExits130_SCN72_PRD63(self):
        self.suite("import pathlib\n" + AGENT.replace("SLEEP", "(pathlib.Path('begun').touch(), 60)[1]"))
        process = self.start("run", "suite.yaml", "--allow-commands", "-j", "1")
        self.wait_for(lambda: (self.folder / "begun").exists(), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, out + err)
        result = self.result()
        self.assertEqual([s["outcome"] for s in result["scenarios"]], ["error", "not_run", "not_run"])
        self.assertEqual(result["scenarios"][0]["error"], {"party": "harness", "message": "interrupted"})
        self.assertGreaterEqual(len(result["scenarios"][0]["messages"]), 2)
        self.assertEqual(result["summary"]["not_run"], 2)

    def test_ATerminalThatIsClosedKeepsThePartialResultAndExits130_SCN72_PRD63(self):
        self.suite("import pathlib\n" + AGENT.replace("SLEEP", "(pathlib.Path('begun').touch(), 60)[1]"))
        terminal, far_end = os.openpty()
        process = subprocess.Popen(
            ["setsid", "--ctty", ANTIPHON, "run", "suite.yaml", "--allow-commands", "-j", "1"],
            cwd=self.folder, env=ENV, stdin=far_end, stdout=far_end, stderr=far_end)
        os.close(far_end)
        self.wait_for(lambda: (self.folder / "begun").exists(), process)
        os.close(terminal)  # the system sends SIGHUP, and nothing can be printed any more
        self.assertEqual(process.wait(timeout=20), 130)
        self.assertTrue((self.folder / "antiphon-out" / "report.html").exists())
        self.assertEqual([s["outcome"] for s in self.result()["scenarios"]], ["error", "not_run", "not_run"])
        self.assertEqual(self.result()["scenarios"][0]["error"], {"party": "harness", "message": "interrupted"})

    def test_SighupIsNoSecondRequestToStop_SCN72(self):
        self.suite("import pathlib\n" + AGENT.replace("SLEEP", "(pathlib.Path('begun').touch(), 60)[1]"))
        process = self.start("run", "suite.yaml", "--allow-commands", "-j", "1")
        self.wait_for(lambda: (self.folder / "begun").exists(), process)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.15)  # real time, longer than two signals that are taken for one: a shell sends it again after the system
        process.send_signal(signal.SIGHUP)
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertEqual([s["outcome"] for s in self.result()["scenarios"]], ["error", "not_run", "not_run"])
        self.assertTrue((self.folder / "antiphon-out" / "report.html").exists())

    def test_SighupThatIsIgnoredStaysIgnored_SCN72(self):
        self.suite("import pathlib\n" + AGENT.replace("SLEEP", "(pathlib.Path('begun').touch(), 0.3)[1]"), 1)
        process = subprocess.Popen(["nohup", ANTIPHON, "run", "suite.yaml", "--allow-commands"], cwd=self.folder, env=ENV,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.wait_for(lambda: (self.folder / "begun").exists(), process)
        process.send_signal(signal.SIGHUP)
        out, _ = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0, out)

    def test_ASecondCtrlCExitsAtOnce_SCN72(self):
        # The agent ignores SIGTERM, so the polite way takes seconds.
        self.suite("import pathlib, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + AGENT.replace("SLEEP", "(pathlib.Path('begun').touch(), 60)[1]"))
        process = self.start("run", "suite.yaml", "--allow-commands")
        self.wait_for(lambda: (self.folder / "begun").exists(), process)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.result()  # valid JSON

    def test_CtrlCWhileSuitesAreReadEndsItAtOnceAndMakesNothing_SCN72(self):
        # A part of it that is never read to its end; whoever can open it for writing knows that it is being read.
        os.mkfifo(self.folder / "part.yaml")
        (self.folder / "suite.yaml").write_text("antiphon: 1\ninclude: part.yaml\n")
        process = self.start("run", "suite.yaml")
        pipe = None

        def is_read():
            nonlocal pipe
            try:
                pipe = os.open(self.folder / "part.yaml", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                pass
            return pipe is not None

        self.wait_for(is_read, process)
        self.addCleanup(os.close, pipe)
        os.write(pipe, b"scenarios:\n")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out, err), (130, "", ""))
        self.assertEqual(sorted(os.listdir(self.folder)), ["part.yaml", "suite.yaml"])

    def test_CtrlCEndsTheInstrumentAtOnceAndSaysSo_VOX91_SCN72(self):
        for number in signal.SIGINT, signal.SIGTERM:
            process = self.start("doctor", "--instrument")
            # Handlers are there once it has a thread that watches for signals.
            self.wait_for(lambda: len(os.listdir(f"/proc/{process.pid}/task")) > 1, process)
            time.sleep(0.2)  # real time: into its calls
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
            self.assertEqual((process.returncode, out), (130, ""), err)
            self.assertIn("interrupted", err)

    def hooked(self, hooks, scenarios=1):
        self.suite(AGENT.replace("SLEEP", "0"), scenarios)
        with (self.folder / "suite.yaml").open("a") as file:
            file.write(hooks)
        return self.start("run", "suite.yaml", "--allow-commands")

    def test_CtrlCEndsASuitesAfterThatIsUnderWay_SCN72_PRD10(self):
        process = self.hooked('hooks: {after: [{run: [sh, -c, "echo $$$$ > begun; exec sleep 600"]}, {run: [touch, second]}]}\n')
        self.wait_for(lambda: (self.folder / "begun").exists() and (self.folder / "begun").read_text(), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, out + err)
        scenario = self.result()["scenarios"][0]
        self.assertEqual(scenario["outcome"], "passed")
        self.assertRegex(scenario["notices"][0], "was interrupted$")
        self.assertFalse((self.folder / "second").exists())
        self.assertTrue(self.ends(int((self.folder / "begun").read_text())))

    def test_ASuitesAfterRunsThoughCtrlCCameEarlier_SCN72_PRD10(self):
        process = self.hooked('hooks: {before: {run: [sh, -c, "touch begun; exec sleep 600"]}, after: {run: [sh, -c, "echo $$ANTIPHON_OUTCOME > after"]}}\n')
        self.wait_for(lambda: (self.folder / "begun").exists(), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertEqual((self.folder / "after").read_text(), "not_run\n")

    def test_NothingThatItStartedSurvivesAKill(self):
        # What ignores everything else, in every place where commands are started, each with something that it left behind.
        stays = "trap '' TERM HUP INT; sleep 600 & echo $! > NAME.behind; echo $$$$ > NAME.pid; while :; do sleep 600; done"
        agent = "import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])\nopen('agent.behind', 'w').write(f'{child.pid}\\n')\nopen('agent.pid', 'w').write(f'{os.getpid()}\\n')\n"
        self.suite(agent + "import time\ntime.sleep(600)\n", scenarios=1)
        shell = lambda name: json.dumps(["sh", "-c", stays.replace("NAME", name)])
        with (self.folder / "suite.yaml").open("a") as file:
            file.write(f"  - {{name: hooked, script: [user: hi, agent], checks: [{{contains: x}}], hooks: {{before: {{run: {shell('hook')}}}}}}}\n")
            file.write(f"setup: [{{run: {shell('setup')}}}]\n")
        process = self.start("run", "suite.yaml", "--allow-commands", "-j", "2")
        files = [self.folder / f"{name}.{which}" for name in ("agent", "hook", "setup") for which in ("behind", "pid")]
        self.wait_for(lambda: all(file.exists() and file.read_text().endswith("\n") for file in files), process)
        process.kill()
        process.communicate(timeout=20)
        for file in files:
            self.assertTrue(self.ends(int(file.read_text())), file.name)

    def test_ASecondCtrlCLeavesNothingBehindEither_SCN72(self):
        process = self.hooked("setup: [{run: [sh, -c, \"trap '' TERM; sleep 600 & echo $! > behind; wait\"]}]\nhooks: {before: {run: [sh, -c, \"trap '' TERM; touch begun; while :; do sleep 1; done\"]}}\n")
        self.wait_for(lambda: (self.folder / "begun").exists(), process)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertTrue(self.ends(int((self.folder / "behind").read_text())))

    def test_CtrlCKeepsTheLabelsThatWereGivenAndExits130_SCN72_SCN103(self):
        (self.folder / "a.rules.yaml").write_text("rules: [{reply: one moment}]\n")
        (self.folder / "suite.yaml").write_text(
            "antiphon: 1\nagent: {model: rules/a.rules.yaml}\nscenarios:\n"
            "  - {name: one, script: [user: hi, agent], checks: [{contains: moment}]}\n"
            "  - {name: two, script: [user: hi, agent], checks: [{contains: moment}]}\n"
        )
        self.start("run", "suite.yaml").communicate(timeout=20)
        command = [ANTIPHON, "label", "last", "--author", "ann", "--labels", "labels.jsonl"]
        process = subprocess.Popen(command, cwd=self.folder, env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdin.write("p\nit did\n")
        process.stdin.flush()
        self.wait_for(lambda: (self.folder / "labels.jsonl").exists(), process)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)  # before its input is closed, which would end it as well
        out, err = process.communicate()
        self.assertEqual(process.returncode, 130, out + err)
        self.assertIn("1 label kept in labels.jsonl", out)
        self.assertEqual(len((self.folder / "labels.jsonl").read_text().splitlines()), 2)

    def test_SetupIsStoppedWithTheRun(self):
        self.suite(AGENT.replace("SLEEP", "0"), scenarios=1)
        text = (self.folder / "suite.yaml").read_text()
        (self.folder / "suite.yaml").write_text(text + "setup: [{run: [sh, -c, \"echo $$$$ > pid; exec sleep 600\"]}]\n")
        process = self.start("run", "suite.yaml", "--allow-commands")
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, out + err)
        pid = int((self.folder / "pid").read_text())
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)


class Servers(Folder):
    def test_TheLayercodePlatformSaysWhereItListensOpensSessionsAndEndsWithZeroOnSigterm_PRD61_PRD62(self):
        process = self.start("layercode-platform", "--webhook-url", "http://127.0.0.1:9/hook", "--webhook-secret", "s", "--stt", "stub", "--tts", "off")
        self.addCleanup(process.kill)
        line = process.stdout.readline()
        self.assertRegex(line, r"^listening on 127\.0\.0\.1:\d+\n$")
        request = urllib.request.Request(f"http://{line.split()[-1]}/api/authorize", b'{"agent_id": "desk"}', {"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        session = json.load(opener.open(request, timeout=10))
        self.assertTrue(session["client_session_key"].startswith("lc_sesskey_"), session)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out, err), (0, "", ""))

    def test_MockLlmSaysWhereItListensAndEndsWithZeroOnSigterm_PRD61_PRD62(self):
        (self.folder / "desk.rules.yaml").write_text("rules: [{reply: good day}]\n")
        process = self.start("mock-llm", "--listen", "127.0.0.1:0", "--rules", "desk.rules.yaml")
        self.addCleanup(process.kill)
        line = process.stdout.readline()
        self.assertRegex(line, r"^listening on 127\.0\.0\.1:\d+\n$")
        address = line.split()[-1]
        request = urllib.request.Request(f"http://{address}/v1/chat/completions", b'{"model": "x", "messages": [{"role": "user", "content": "hi"}]}', {"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.assertEqual(json.load(opener.open(request, timeout=10))["choices"][0]["message"]["content"], "good day")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out), (0, ""))

    def test_EitherSignalLetsWhatIsUnderWayBeAnswered_PRD61(self):
        (self.folder / "slow.rules.yaml").write_text("rules: [{reply: in the end, latency: 1s}]\n")
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("mock-llm", "--rules", "slow.rules.yaml")
            self.addCleanup(process.kill)
            address = process.stdout.readline().split()[-1]
            host, port = address.split(":")
            body = b'{"model": "x", "messages": [{"role": "user", "content": "hi"}]}'
            with socket.create_connection((host, int(port)), timeout=20) as client:
                client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                time.sleep(0.2)  # no answer tells that the request has been read; it takes a second
                process.send_signal(number)
                self.assertIn(b"in the end", client.makefile("rb").read())
            out, err = process.communicate(timeout=20)
            self.assertEqual((process.returncode, out, err), (0, "", ""))

    def test_APortThatIsTakenIsOneClearError_PRD61(self):
        first = self.start("mock-llm", "--listen", "127.0.0.1:0")
        self.addCleanup(first.communicate)
        self.addCleanup(first.kill)
        address = first.stdout.readline().split()[-1]
        second = self.start("mock-llm", "--listen", address)
        out, err = second.communicate(timeout=20)
        self.assertEqual(second.returncode, 3)
        self.assertEqual(out, "")
        self.assertIn(address, err)


class Disk(Folder):
    @unittest.skipUnless(os.geteuid() == 0 and os.path.exists("/dev/full"), "needs root to make a small file system")
    def test_AFullDiskIsOneClearErrorAndNothingHangs(self):
        self.suite(AGENT.replace("SLEEP", "0"), scenarios=1)
        (self.folder / "small").mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(self.folder / "small")], capture_output=True).returncode != 0:
            self.skipTest("no mounts here")
        self.addCleanup(subprocess.run, ["umount", str(self.folder / "small")])
        process = self.start("run", "suite.yaml", "--allow-commands", "--out", "small")
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 3, out + err)
        self.assertIn("No space left on device", err)
        self.assertIn("report.html", err)
        self.assertIn("fix:   free some space there, or name another folder", err)
        self.assertNotIn("report.html", out)  # a file that could not be written is named nowhere else
        json.loads((self.folder / "small" / "result.json").read_text())


class Recordings(Folder):
    def play(self, *flags):
        process = self.start("run", "suite.yaml", *flags)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, out + err)
        return self.result()["scenarios"][0]

    def test_WhatAServerAnsweredIsReplayedWithoutItInVirtualTime_SCN81(self):
        (self.folder / "people.yaml").write_text(
            "rules:\n  - {when: {offers_tool: finish_test}, criteria: {default: passed}}\n"
            "  - {when: {offers_tool: continue_test}, tool_calls: [{name: continue_test}]}\n"
            "  - {when: {role: user}, reply: [one, two, three]}\n  - {reply: [yes, no, perhaps], latency: 50ms}\n")
        server = self.start("mock-llm", "--rules", "people.yaml", "--listen", "127.0.0.1:0")
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        model = f"{{model: openai/x, key: a-key-of-ours, base_url: \"http://{server.stdout.readline().split()[-1]}/v1\"}}"
        (self.folder / "suite.yaml").write_text(
            f"antiphon: 1\nagent: {{model: {model}}}\ndefaults: {{model: {model}, max_turns: 3}}\nscenarios:\n"
            "  - {name: talk, description: d, user: {persona: calm}, judge: [polite]}\n")
        recorded = self.play("--cassettes", "record")
        server.kill()
        server.wait()
        replayed = self.play("--cassettes", "replay")
        self.assertEqual((recorded["clock"], replayed["clock"]), ("wall", "virtual"))
        for field in ("messages", "criteria", "outcome", "turns", "reasoning"):
            self.assertEqual(replayed[field], recorded[field], field)
        self.assertGreater(replayed["latency"]["p50"], 0.04)
        tapes = list((self.folder / "cassettes").rglob("*.jsonl"))
        self.assertEqual(len(tapes), 1)
        self.assertNotIn("a-key-of-ours", tapes[0].read_text())

    def test_WhatAnEmbeddingServerAnsweredIsReplayedWithoutIt_SCN81(self):
        asked = []

        class Embeddings(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                texts = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
                asked.extend(texts)
                body = json.dumps({"data": [{"index": i, "embedding": [0.1, 0.7]} for i in range(len(texts))], "usage": {"prompt_tokens": 3}}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Embeddings)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        embedding = f"{{model: openai/e, key: a-key-of-ours, base_url: \"http://127.0.0.1:{server.server_port}/v1\"}}"
        (self.folder / "suite.yaml").write_text(
            f"antiphon: 1\nagent: {{model: rules/desk.rules.yaml}}\ndefaults: {{embedding: {embedding}}}\nscenarios:\n"
            "  - {name: one, script: [user: hi, agent], checks: [{similar: {to: good day, at_least: 0.5}}]}\n")
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "desk.rules.yaml").write_text("rules: [{reply: hello there}]\n")
        recorded = self.play("--cassettes", "record")
        server.shutdown()
        server.server_close()
        self.assertEqual(sorted(asked), ["good day", "hello there"])
        replayed = self.play("--cassettes", "replay")
        self.assertEqual(replayed["checks"], recorded["checks"])


if __name__ == "__main__":
    unittest.main()
