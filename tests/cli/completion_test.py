#!/usr/bin/env python3
"""Completion scripts and manual pages in the programs that read them: usage: completion_test.py ANTIPHON. Shells that are not installed are skipped."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ANTIPHON = os.path.abspath(sys.argv.pop(1))


def antiphon(*arguments):
    return subprocess.run([ANTIPHON, *arguments], capture_output=True, text=True, check=True).stdout


def complete(*words):
    """What bash offers for these words, of which the last is being typed."""
    script = antiphon("completion", "bash") + 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _antiphon; printf "%s\\n" "${COMPREPLY[@]}"\n'
    ran = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True)
    assert not ran.stderr, ran.stderr
    return ran.stdout.split()


class Completion(unittest.TestCase):
    def test_BashCompletesCommands_PRD1(self):
        self.assertEqual(complete("antiphon", "doc"), ["doctor"])
        self.assertIn("run", complete("antiphon", ""))

    def test_BashCompletesTheFlagsOfACommand_PRD1(self):
        self.assertEqual(complete("antiphon", "run", "--repor"), ["--reporter"])
        self.assertEqual(complete("antiphon", "mock-llm", "--ru"), ["--rules"])
        self.assertNotIn("--rules", complete("antiphon", "run", "--"))

    def test_BashOffersEveryFlagOfTheHelp_PRD1(self):
        for command in ("run", "mock-llm", "doctor"):
            offered = complete("antiphon", command, "-")
            for line in antiphon(command, "--help").splitlines():
                word = line.strip().split(" ")[0]
                if word.startswith("-"):
                    for flag in word.split(","):
                        self.assertIn(flag, offered)

    def test_BashCompletesFiles_PRD1(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "suite.yaml").touch()
            self.assertEqual(complete("antiphon", "run", f"{folder}/su"), [f"{folder}/suite.yaml"])

    def test_OtherShellsReadTheirs_PRD1(self):
        for shell in ("zsh", "fish"):
            with self.subTest(shell):
                if not shutil.which(shell):
                    self.skipTest(f"{shell} is not installed")
                ran = subprocess.run([shell, "-n", "/dev/stdin"], input=antiphon("completion", shell), capture_output=True, text=True)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))

    def test_AnUnknownShellIsNamed(self):
        ran = subprocess.run([ANTIPHON, "completion", "tcsh"], capture_output=True, text=True)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("bash, zsh or fish", ran.stderr)


class Manual(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.addCleanup(self.temp.cleanup)
        antiphon("man", "--out", self.temp.name)
        self.pages = sorted(pathlib.Path(self.temp.name).iterdir())

    def test_ThereIsOneForTheProgramAndEachCommand_PRD1(self):
        names = [page.name for page in self.pages]
        for name in ("antiphon.1", "antiphon-run.1", "antiphon-doctor.1", "antiphon-mock-llm.1"):
            self.assertIn(name, names)

    def test_ManReadsThemWithoutAWarning_PRD1(self):
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        for page in self.pages:
            ran = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", str(page)], env={**os.environ, "MANWIDTH": "100"}, capture_output=True, text=True)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), page.name)

    def test_MandocFindsNothingWrong_PRD1(self):
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not installed")
        for page in self.pages:
            ran = subprocess.run(["mandoc", "-T", "lint", "-W", "error", str(page)], capture_output=True, text=True)
            self.assertEqual((ran.returncode, ran.stdout), (0, ""), page.name)

    def test_EveryFlagIsExplained_PRD1(self):
        page = pathlib.Path(self.temp.name, "antiphon-run.1").read_text().replace("\\-", "-")
        for flag in ("--reporter", "--allow-commands", "-j", "--failed"):
            self.assertIn(flag, page)


if __name__ == "__main__":
    unittest.main()
