#!/usr/bin/env python3
"""`antiphon gym` as docs/guides/gym.md shows it, against the local platform and the backend of examples/gym: usage: gym_test.py ANTIPHON. Real time, because
processes and sockets are real."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ANTIPHON = os.path.abspath(sys.argv.pop(1))
EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/gym"
ENV = {**{name: value for name, value in os.environ.items() if not name.startswith(("ANTIPHON_", "LAYERCODE_", "OPENAI_"))},
       "LAYERCODE_WEBHOOK_SECRET": "whsec_test", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def free_port():
    import socket
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Gym(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="antiphon-gym-"))
        self.addCleanup(shutil.rmtree, self.folder)
        port = free_port()
        backend = self.start(sys.executable, str(EXAMPLE / "backend.py"), "0", LAYERCODE_API_URL=f"http://127.0.0.1:{port}")
        self.start(ANTIPHON, "layercode-platform", "--listen", f"127.0.0.1:{port}", "--webhook-url", f"http://{backend}/api/agent", "--stt", "stub", "--tts", "stub")
        self.env = {**ENV, "SERVER_URL": f"http://{backend}", "LAYERCODE_WEBSOCKET_URL": f"ws://127.0.0.1:{port}/v1/agents/web/websocket", "LAYERCODE_AGENT_ID": "desk"}

    def start(self, *command, **variables):
        process = subprocess.Popen(command, env={**ENV, **variables}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.terminate)
        line = process.stdout.readline()
        self.assertTrue(line.startswith("listening on "), line)
        return line.split()[-1]

    def gym(self, *arguments, **variables):
        return subprocess.run([ANTIPHON, "gym", *arguments], cwd=self.folder, env={**self.env, **variables}, capture_output=True, text=True, timeout=100)

    def transcripts(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("conversations/*/transcript.json"))]

    def test_TypedLinesAreAnsweredAndKept_GYM1(self):
        ran = self.gym("--text", "Where is my parcel?", "--text", "Number seven.")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("Which number does your order have", ran.stdout)
        transcript, = self.transcripts()
        self.assertEqual([turn["turn_number"] for turn in transcript["turns"]], [0, 1, 2])
        self.assertIsNone(transcript["turns"][0]["user_message"])
        self.assertIn("Thursday", transcript["turns"][2]["agent_message"]["text"])
        self.assertEqual(transcript["end"]["reason"], "completed")
        self.assertEqual(transcript["stats"]["total_turns"], 3)

    def test_SpokenLinesLeaveSound_GYM7(self):
        ran = self.gym("--text", "Where is my parcel?", "--tts-voice", "flite/slt")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        names = {path.name for path in self.folder.glob("conversations/*/*")}
        self.assertLessEqual({"transcript.json", "conversation_mix.wav", "user_1.wav", "assistant_0.wav", "assistant_1.wav"}, names)
        turn = self.transcripts()[0]["turns"][1]
        self.assertGreater(turn["agent_message"]["ttfab_ms"], 0)
        self.assertTrue(turn["user_message"]["heard"])

    def test_JudgeDecidesTheExitCode_GYM6(self):
        shutil.copytree(EXAMPLE / "rules", self.folder / "rules")
        judge = ["--judge-model", "rules/judge.rules.yaml", "--criterion", "The agent says when the parcel comes"]
        self.assertEqual(self.gym("--text", "Number seven.", *judge).returncode, 0)
        ran = self.gym("--text", "Where is my parcel?", *judge)
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        verdicts = [json.loads(path.read_text())["judgment"]["overall_pass"] for path in self.folder.glob("conversations/*/judge_evaluation.json")]
        self.assertEqual(sorted(verdicts), [False, True])

    def test_ManyAtOnceAsJson_GYM10(self):
        ran = self.gym("--text", "Number seven.", "--conversations", "40", "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        lines = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual(len({line["conversation_id"] for line in lines}), 40)
        for line in lines:
            self.assertEqual((line["schema"], line["end"]["reason"], line["error"]), ("antiphon.gym/1", "completed", None))
            self.assertIn("Thursday", line["turns"][-1]["agent_message"]["text"])
        self.assertEqual(len(self.transcripts()), 40)

    def test_PersonaWithoutAnyModelTalks_GYM2(self):
        ran = self.gym("--agent", "--persona-intent", "You want to know where your order is. It is number seven.", "--max-turns", "2")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        said = [turn["user_message"]["text"] for turn in self.transcripts()[0]["turns"] if turn["user_message"]]
        self.assertEqual(said[0], "I want to know where my order is. It is number seven.")
        self.assertEqual(len(said), 2)

    def test_ResumedConversationGoesOn_GYM7(self):
        self.assertEqual(self.gym("--text", "Where is my parcel?").returncode, 0)
        name = self.transcripts()[0]["conversation_id"]
        ran = self.gym("--text", "Number seven.", "--conversation-id", name)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        transcript, = self.transcripts()
        self.assertEqual([turn["turn_number"] for turn in transcript["turns"]], list(range(len(transcript["turns"]))))
        self.assertGreaterEqual(len(transcript["turns"]), 4)

    def test_BackendThatIsNotThereIsOneErrorAndAFolder_GYM1(self):
        ran = self.gym("--text", "hi", "--server-url", f"http://127.0.0.1:{free_port()}")
        self.assertEqual(ran.returncode, 3)
        self.assertIn("error: ", ran.stderr)
        self.assertEqual(len(list(self.folder.glob("conversations/failed-*/transcript.json"))), 1)

    def test_WhatIsMissingIsNamedAtOnce_GYM8(self):
        ran = subprocess.run([ANTIPHON, "gym", "--text", "hi"], cwd=self.folder, env=ENV, capture_output=True, text=True, timeout=100)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("--server-url", ran.stderr)
        self.assertIn("--agent-id", ran.stderr)
        self.assertFalse((self.folder / "conversations").exists())
        for wrong in (["--file", "no.wav"], [], ["--text", "a", "--agent"], ["--text", "hi", "--custom-metadata", "{"], ["--text", "a", "--pace", "slow"]):
            self.assertEqual(self.gym(*wrong).returncode, 2, wrong)

    def in_the_middle_of_a_long_line(self):
        process = subprocess.Popen([ANTIPHON, "gym", "--text", " ".join(["and then I waited"] * 60), "--tts-voice", "flite/slt"], cwd=self.folder, env=self.env,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(300):  # until it is in the middle of it
            if self.transcripts():
                break
            time.sleep(0.05)
        return process

    def test_AVoiceThatThereIsNotIsTheCommandsMistake_GYM3(self):
        for voice, listed in (("nonsense", "coral"), ("hibari/nonsense", "hibari/low"), ("nobody/low", "flite"), ("openai/coral", "OPENAI_API_KEY")):
            with self.subTest(voice):
                ran = self.gym("--text", "Where is my parcel?", "--tts-voice", voice)
                self.assertEqual(ran.returncode, 2, ran.stdout + ran.stderr)
                self.assertIn(listed, ran.stderr)
        ran = self.gym("--text", "Where is my parcel?", "--spoken", OPENAI_TTS_VOICE="nonsense")
        self.assertEqual(ran.returncode, 2, ran.stdout + ran.stderr)
        self.assertFalse((self.folder / "conversations").exists(), "nothing has begun")

    def test_CtrlCKeepsTheFolder_GYM7(self):
        process = self.in_the_middle_of_a_long_line()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.transcripts()[0]["end"]["reason"], "interrupted")

    def test_OneRequestToStopThatComesTwiceIsOne_GYM7(self):
        process = self.in_the_middle_of_a_long_line()
        process.send_signal(signal.SIGTERM)  # as timeout(1) does: to its child, then to the group of both
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.transcripts()[0]["end"]["reason"], "interrupted")
        self.assertIn("kept in", out)

    def test_SuiteTalksToTheSameAgent_TRN11(self):
        ran = subprocess.run([ANTIPHON, "run", str(EXAMPLE / "suite.yaml")], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=100)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)


if __name__ == "__main__":
    unittest.main()
