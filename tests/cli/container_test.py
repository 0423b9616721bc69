#!/usr/bin/env python3
"""What deploy/ starts: usage: container_test.py ANTIPHON. No image is built; this machine has the packages that the image has."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest

ANTIPHON = os.path.abspath(sys.argv.pop(1))
CONTAINERFILE = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "Containerfile"
WITH_ALL_OTHERS = {"libc6", "libgcc-s1", "libstdc++6"}  # every package of a C++ library depends on them


def is_base_of_the_image():
    release = pathlib.Path("/etc/os-release")
    return release.exists() and 'VERSION_ID="12"' in release.read_text() and "ID=debian" in release.read_text().splitlines()


class Configuration(unittest.TestCase):
    def test_IsAcceptedAsTheContainerStartsIt_GTW64(self):
        """By the image itself, and as Kubernetes' manifests put it there."""
        text = CONTAINERFILE.read_text()
        arguments = json.loads(re.search(r"^CMD (\[\"serve.*\])$", text, re.M)[1])
        self.assertEqual(arguments[1], "/etc/antiphon/gateway.yaml")
        manifest = (CONTAINERFILE.parent / "kubernetes" / "configmap.yaml").read_text()
        block = re.search(r"^  gateway\.yaml: \|\n((?:    .*\n|\n)+)", manifest, re.M)[1]
        with tempfile.TemporaryDirectory() as folder:
            of_kubernetes = pathlib.Path(folder) / "gateway.yaml"
            of_kubernetes.write_text(textwrap.dedent(block))
            for file in (CONTAINERFILE.parent / "gateway.yaml", of_kubernetes):
                env = {"GATEWAY_TOKEN": "t0ken", "OPENAI_API_KEY": "sk-x", "PATH": os.environ["PATH"]}
                run = subprocess.run([ANTIPHON, "serve", str(file), *arguments[2:], "--check"], env=env, capture_output=True, text=True, cwd=folder)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIn("those with a token", run.stdout)
                run = subprocess.run([ANTIPHON, "serve", str(file), *arguments[2:], "--check"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, cwd=folder)
                self.assertEqual(run.returncode, 2, "without a token anybody could call")


@unittest.skipUnless(is_base_of_the_image(), "names of packages are those of Debian 12")
class Container(unittest.TestCase):
    def owners(self, files):
        """Packages of files, without those that are of none."""
        shown = subprocess.run(["dpkg", "-S", *files], capture_output=True, text=True).stdout
        return {file: package for package, file in re.findall(r"^([^\s:]+)\S*: (\S+)$", shown, re.M)}

    def test_InstallsWhatTheProgramIsLinkedWith_GTW64(self):
        listed = set(re.findall(r"[a-z0-9][a-z0-9.+-]+", CONTAINERFILE.read_text().split("--no-install-recommends")[1].split("&&")[0]))
        needed = set(re.findall(r"NEEDED.*\[(.+)\]", subprocess.run(["readelf", "-d", ANTIPHON], check=True, capture_output=True, text=True).stdout))
        paths = dict(re.findall(r"(\S+) => (/\S+)", subprocess.run(["ldd", ANTIPHON], check=True, capture_output=True, text=True).stdout))
        libraries = {os.path.realpath(paths[name]): name for name in needed & set(paths)}
        usr = {path.removeprefix("/usr"): path for path in libraries}  # /lib is a link to /usr/lib, and packages name either
        owners = {usr.get(file, file): package for file, package in self.owners([*libraries, *usr]).items()}
        self.assertGreater(len(owners), 10)
        missing = {libraries[path]: package for path, package in owners.items() if package not in listed | WITH_ALL_OTHERS}
        self.assertEqual(missing, {})
        self.assertLessEqual({"libpq5", "libflite1"}, listed, "loaded when they are needed")


if __name__ == "__main__":
    unittest.main()
