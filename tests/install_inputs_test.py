#!/usr/bin/env python3
"""What `cmake --install` copies is all made by `make build`, so that docs/cpp.md's two commands work on a fresh clone. usage: install_inputs_test.py SOURCE BUILD"""

import pathlib
import re
import subprocess
import sys
import unittest

SOURCE, BUILD = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def ninja(*words):
    return subprocess.run(["ninja", "-C", BUILD, "-t", *words], check=True, capture_output=True, text=True).stdout.splitlines()


class Install(unittest.TestCase):
    def test_copies_only_what_make_build_makes(self):
        commands = subprocess.run(["make", "-n", "-C", SOURCE, "build"], check=True, capture_output=True, text=True).stdout
        targets = re.search(r"^tools/build\.sh release (.+)$", commands, re.M).group(1).split()
        made = {line.split(": ")[0] for line in ninja("targets", "all")}  # everything that a rule of this build writes
        scripts = [path.read_text() for path in BUILD.glob("**/cmake_install.cmake") if "consumer" not in path.parts]
        copied = {path for script in scripts for path in re.findall(f'"{re.escape(str(BUILD))}/([^"]+)"', script)}
        self.assertIn("antiphon.bash", copied)
        making = "\n".join(ninja("commands", *targets))
        unmade = {path for path in copied & made if not re.search(rf"[ /]{re.escape(path)}(\s|$)", making)}
        self.assertEqual(unmade, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
