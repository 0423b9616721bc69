#!/usr/bin/env python3
"""Which libraries the program loads, and when: usage: runtime_test.py ANTIPHON. On the program itself, because only a new process has nothing loaded."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ANTIPHON = pathlib.Path(sys.argv.pop(1)).resolve()
MODELS = ANTIPHON.parent.parent.parent / "deps" / "models"
TEXT = "antiphon: 1\nagent: {model: rules/a.rules.yaml}\nscenarios: [{name: hello, script: [user: hello, agent, succeed]}]\n"


class Runtime(unittest.TestCase):
    def setUp(self):
        temp = tempfile.TemporaryDirectory()
        self.addCleanup(temp.cleanup)
        self.folder = pathlib.Path(temp.name)

    def run_program(self, *arguments, program=ANTIPHON):
        environment = {**os.environ, "ANTIPHON_MODELS": str(MODELS), "LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(self.folder / "loaded")}
        environment.pop("LD_LIBRARY_PATH", None)
        ended = subprocess.run([program, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=100)
        loaded = "".join(file.read_text() for file in self.folder.glob("loaded.*"))
        self.assertIn("libc.so", loaded)  # else this would see nothing
        return ended, loaded

    def say(self, voice, program=ANTIPHON):
        ended, loaded = self.run_program("say", "Hello there.", "--voice", voice, "-o", "hello.wav", program=program)
        if "which this build has not" in ended.stderr or "is not installed" in ended.stderr:
            self.skipTest("no neural runtime, or no voice for it, in this build")
        return ended, loaded

    def test_ConversationsInTextLoadNoSpeech(self):
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "a.rules.yaml").write_text("rules: [{reply: hello}]\n")
        (self.folder / "suite.yaml").write_text(TEXT)
        ended, loaded = self.run_program("run", "suite.yaml")
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        for library in ["onnx", "flite_cmu_us", "libpq"]:
            self.assertNotIn(library, loaded)

    def test_AVoiceThatIsCheckedLoadsItsOwnLibraryBeforeTheCall_VOX21(self):
        (self.folder / "gateway.yaml").write_text("providers: {asr: {stub: {}}, llm: {stub: {}}, tts: flite/rms}\n")
        ended, loaded = self.run_program("serve", "gateway.yaml", "--check")
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertIn("libflite_cmu_us_rms", loaded)
        self.assertNotIn("libflite_cmu_us_slt", loaded)

    def test_AnInstalledProgramLoadsNothingFromBesideItsInstallation_VOX21(self):
        self.say("hibari/heart")  # skips where there is nothing to load
        alone = self.folder / "x" / "bin" / "antiphon"
        alone.parent.mkdir(parents=True)
        shutil.copy(ANTIPHON, alone)
        (self.folder / "deps").symlink_to(MODELS.parent)
        ended, _ = self.say("hibari/heart", program=alone)
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertNotIn("deps", ended.stderr)

    def test_TheVoiceLoadsTheRuntimeAndNoRecogniser_VOX21(self):
        ended, loaded = self.say("hibari/heart")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("libonnxruntime.so", loaded)
        self.assertNotIn("sherpa", loaded)

    def test_WithoutTheRuntimeTheErrorSaysWhatIsMissingAndAutoTakesAnotherVoice_VOX21(self):
        self.say("hibari/heart")  # skips where there is nothing to miss
        alone = self.folder / "bin" / "antiphon"
        alone.parent.mkdir()
        shutil.copy(ANTIPHON, alone)
        ended, _ = self.say("hibari/heart", program=alone)
        self.assertEqual(ended.returncode, 2, ended.stderr)
        for part in ["libonnxruntime.so", str(self.folder.resolve() / "lib" / "antiphon"), "make speech"]:
            self.assertIn(part, ended.stderr)
        ended, _ = self.run_program("say", "Hello there.", "--voice", "auto", "-o", "other.wav", program=alone)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("flite/slt", ended.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
