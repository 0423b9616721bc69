#!/usr/bin/env python3
"""Suites that call a gateway in their own process: usage: local_gateway_test.py ANTIPHON."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ANTIPHON = os.path.abspath(sys.argv.pop(1))
DESK = pathlib.Path(__file__).resolve().parents[2] / "examples" / "support"
ENV = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}


class LocalGateway(unittest.TestCase):
    def setUp(self):
        temp = tempfile.TemporaryDirectory()
        self.addCleanup(temp.cleanup)
        self.folder = pathlib.Path(temp.name)
        shutil.copytree(DESK, self.folder / "desk")  # the gateway keeps its databases beside its configuration

    def run_suite(self, file, *arguments):
        return subprocess.run([ANTIPHON, "run", str(file), *arguments], cwd=self.folder, env=ENV, capture_output=True, text=True)

    def suite(self, gateway, agent="{antiphon: {config: gateway.yaml}}"):
        (self.folder / "gateway.yaml").write_text(gateway)
        (self.folder / "suite.yaml").write_text(f"antiphon: 1\nagent: {agent}\ndefaults: {{clock: virtual}}\nscenarios: [{{name: one, script: [agent]}}]\n")
        return self.folder / "suite.yaml"

    def test_TheExampleDeskIsRehearsedInVirtualTimeAndTheSameEachTime_TRN5_VOX80(self):
        for out in ("first", "second"):
            run = self.run_suite(self.folder / "desk" / "rehearsal.yaml", "--out", out)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            self.assertIn("4 of 4 passed", run.stdout)
        recordings = [sorted((self.folder / out / "recordings").iterdir()) for out in ("first", "second")]
        self.assertEqual(len(recordings[0]), 4)
        for first, second in zip(*recordings):
            self.assertEqual((first.name, first.read_bytes()), (second.name, second.read_bytes()))

    def test_WhatIsWrongWithItsConfigurationIsToldWithItsPlace_TRN5(self):
        run = self.run_suite(self.suite("lisen: x\n"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("gateway.yaml:1:1", run.stderr)
        run = self.run_suite(self.suite("{}", "{antiphon: {config: gone.yaml}}"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("gone.yaml", run.stderr)
        run = self.run_suite(self.suite("{}", '{antiphon: {config: gateway.yaml, url: "ws://a"}}'))
        self.assertIn("two gateways", run.stderr)

    def test_ADryRunLooksAtWhatTheGatewayNames_TRN5(self):
        gateway = "providers: {asr: {stub: {}}, tts: nobody/x, llm: rules/none.yaml}\npin: {file: pins.txt}\ntools: {a: {sql: {database: a.db, schema: a.sql, query: SELECT}}}\n"
        run = self.run_suite(self.suite(gateway), "--dry-run")
        self.assertEqual(run.returncode, 2)
        for place in ("1:35", "1:50", "2:13", "3:43"):
            self.assertIn(f"gateway.yaml:{place}\n", run.stderr)
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"desk", "gateway.yaml", "suite.yaml"})
        run = self.run_suite(self.folder / "desk" / "rehearsal.yaml", "--dry-run")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertFalse((self.folder / "desk" / "orders.db").exists())

    def test_ItsToolsRunProgramsOnlyWhereThatIsAllowed_TRN5(self):
        gateway = "providers: {asr: {stub: {}}, tts: {stub: {}}, llm: {stub: {}}}\ntools: {crm: {mcp: {command: [cat]}}}\n"
        run = self.run_suite(self.suite(gateway))
        self.assertEqual(run.returncode, 2)
        self.assertIn("--allow-commands", run.stderr)

    def test_AVendorOfItsOwnNeedsTheClockOfTheWall_TRN5(self):
        run = self.run_suite(self.suite("providers: {asr: {stub: {}}, tts: {stub: {}}, llm: {model: openai/x, base_url: 'http://127.0.0.1:1/v1'}}\n"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("virtual", run.stderr)


if __name__ == "__main__":
    unittest.main()
