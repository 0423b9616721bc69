#!/usr/bin/env python3
"""Holds the documentation to what the program does.

usage: docs_test.py PROGRAM

Suites, scenarios and rules files in it are read with `antiphon run --dry-run`; relative links lead somewhere; flags, modules and the first
C++ example are those of the code.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ""
TOLD = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SCENARIO_KEYS = ("name", "agent", "user", "judge", "script", "checks", "tools", "matrix", "dataset", "description", "model", "audit")
POLICY_KEYS = {"default_locale", "locales"}  # a policy file of the gateway: gateway/dialogue/policy_book_test.cpp reads it
MASKING_KEYS = ["masking"]  # of the configuration of a gateway: gateway/config/gateway_config_test.cpp reads it
TOLD_ELSEWHERE = {("yaml", "tools.md"), ("yaml", "knowledge.md"), ("yaml", "serve.md"), ("yaml", "evaluate.md")}  # configuration of a gateway: gateway/support_example_test.cpp and config/ read it
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def markdown_files():
    skipped = {"build", "node_modules"}
    return [path for path in ROOT.rglob("*.md") if not skipped & set(path.relative_to(ROOT).parts)]


def blocks(language):
    """(place, text) of every fenced block of that language."""
    for path in TOLD:
        if path.parent.name == "gateway" and (language, path.name) in TOLD_ELSEWHERE:
            continue
        text = path.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            if match[1] == language:
                line = text.count("\n", 0, match.start()) + 2
                yield f"{path.relative_to(ROOT)}:{line}", match[2]


def top_keys(text):
    return re.findall(r"^(\w+):", text, re.MULTILINE)


def as_suite(text, folder):
    """The block as a whole suite; what it leaves out stands around it. None where it is none of ours."""
    keys = top_keys(text)
    if "antiphon" in keys:
        return text
    if keys == ["rules"]:
        (folder / "rules" / "block.rules.yaml").write_text(text, encoding="utf-8")
        return "antiphon: 1\nagent: {model: rules/block.rules.yaml}\nscenarios: [{name: block, script: [{user: hi}, agent]}]\n"
    if not keys or any(key not in SCENARIO_KEYS for key in keys):
        return None
    lines = [] if "name" in keys else ["name: block"]
    if "agent" not in keys:
        lines.append("agent: {model: rules/desk.rules.yaml}")
    if not {"script", "user"} & set(keys):
        lines.append("script: [{user: hi}, agent]")
    lines += text.splitlines()
    return "antiphon: 1\ndefaults: {model: rules/people.rules.yaml}\nscenarios:\n  -\n" + "".join(f"    {line}\n" for line in lines)


def slug(heading):
    plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip()).lower())
    return plain.replace(" ", "-")


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


class Docs(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="antiphon-docs-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(ROOT / "examples/init/rules", self.folder / "rules")
        shutil.copy(ROOT / "examples/chat-suite/orders.csv", self.folder)
        (self.folder / "conversation.json").write_text('[{"role": "user", "content": "hi"}]', encoding="utf-8")
        (self.folder / "labels.jsonl").write_text('{"antiphon_labels": 1}\n', encoding="utf-8")
        (self.folder / "shared.yaml").write_text("defaults: {max_turns: 4}\n", encoding="utf-8")

    def dry_run(self, text):
        (self.folder / "suite.yaml").write_text(text, encoding="utf-8")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANTIPHON_")}
        return subprocess.run([PROGRAM, "run", "--dry-run", "--allow-commands", "suite.yaml"], cwd=self.folder, env=clean, capture_output=True, text=True)

    def test_every_suite_can_be_run(self):
        count = 0
        for place, text in blocks("yaml"):
            keys = top_keys(text)
            if keys == MASKING_KEYS or ("locales" in keys and set(keys) <= POLICY_KEYS):
                continue
            with self.subTest(place):
                suite = as_suite(text, self.folder)
                self.assertIsNotNone(suite, "neither a suite, nor part of a scenario, nor rules")
                ran = self.dry_run(suite)
                self.assertEqual(ran.returncode, 0, f"{place}\n{ran.stderr}")
                self.assertIn("can be run", ran.stdout)
                count += 1
        self.assertGreater(count, 10)

    def test_a_broken_suite_is_noticed(self):
        ran = self.dry_run(as_suite("checks: [{contain: hi}]\n", self.folder))
        self.assertEqual(ran.returncode, 2, ran.stdout)
        self.assertIn("did you mean", ran.stderr)

    def test_every_relative_link_leads_somewhere(self):
        count = 0
        for path in markdown_files():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text(encoding="utf-8"))):
                if re.match(r"[a-z]+:", target):
                    continue
                with self.subTest(f"{path.relative_to(ROOT)}: {target}"):
                    name, _, anchor = target.partition("#")
                    file = (path.parent / name).resolve() if name else path
                    self.assertTrue(file.exists(), f"{path.relative_to(ROOT)} links to {target}, which is not there")
                    if anchor:
                        headings = re.findall(r"^#+ (.+)$", FENCE.sub("", file.read_text(encoding="utf-8")), re.MULTILINE)
                        self.assertIn(anchor, [slug(heading) for heading in headings])
                    count += 1
        self.assertGreater(count, 20)

    def test_flags_of_run_are_those_of_the_program(self):
        shown = subprocess.run([PROGRAM, "run", "--help"], capture_output=True, text=True, check=True).stdout
        flags = {word for line in shown.splitlines() for word in re.findall(r"^\s+(-[-\w,]+)", line)}
        real = {flag for word in flags for flag in word.split(",")} - {"-h", "--help"}
        table = (ROOT / "docs/cli.md").read_text(encoding="utf-8").split("## run")[1].split("\n## ")[0]
        told = {flag for cell in re.findall(r"^\| `(-[^`]*)`", table, re.MULTILINE) for flag in re.findall(r"(?<!\w)--?[a-z][a-z-]*", cell)}
        self.assertEqual(told, real)

    def test_flags_of_every_command_are_told_PRD1(self):
        cli = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
        rules = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
        shown = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
        commands = re.findall(r"^  ([a-z-]+) +[A-Z]", shown.split("Subcommands:")[1], re.MULTILINE)
        self.assertIn("run", commands)
        for command in commands:
            with self.subTest(command):
                row = re.search(rf"^\| `antiphon {command}\b.*$", cli, re.MULTILINE)
                self.assertIsNotNone(row, "docs/cli.md does not list it")
                section = (rules if command == "mock-llm" else cli).split(f"\n## {command}\n")
                text = row[0] + (section[1].split("\n## ")[0] if len(section) > 1 else "")
                told = {flag for code in re.findall(r"`([^`\n]+)`|^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(code))}
                help_text = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True, check=True).stdout
                real = {flag for words in re.findall(r"^\s+(-[-\w,]+)", help_text, re.MULTILINE) for flag in words.split(",")} - {"-h", "--help"}
                self.assertLessEqual(real, told)

    def test_the_module_table_is_that_of_the_build(self):
        build = (ROOT / "antiphon/CMakeLists.txt").read_text(encoding="utf-8")
        real = {}
        for name, rest in re.findall(r"^antiphon_module\((\w+)([^)]*)\)", build, re.MULTILINE):
            found = re.search(r"DEPENDS ([a-z ]+)", rest)
            real[name] = found[1].split() if found else []
        text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
        told = {name: uses.replace(",", " ").split() for name, uses in re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", text, re.MULTILINE)}
        told["cli"] = [name for name in real if name != "cli"] if told.get("cli") == ["all"] else told.get("cli")
        self.assertEqual({name: sorted(uses) for name, uses in told.items()}, {name: sorted(uses) for name, uses in real.items()})

    def test_the_drawing_says_what_the_build_says(self):
        text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
        arrows = re.findall(r"^  (\w+) --> (\w+)$", text, re.MULTILINE)
        reached = {}

        def reach(name):
            if name not in reached:
                reached[name] = set()
                for user, used in arrows:
                    if user == name:
                        reached[name] |= {used} | reach(used)
            return reached[name]

        build = (ROOT / "antiphon/CMakeLists.txt").read_text(encoding="utf-8")
        for name, rest in re.findall(r"^antiphon_module\((\w+)([^)]*)\)", build, re.MULTILINE):
            found = re.search(r"DEPENDS ([a-z ]+)", rest)
            self.assertEqual(reach(name), set(found[1].split() if found else []), name)

    def test_the_first_example_is_the_one_that_is_built(self):
        hello = (ROOT / "examples/cpp/hello.cpp").read_text(encoding="utf-8")
        readme = [text for place, text in blocks("cpp") if place.startswith("README.md")]
        self.assertEqual(readme, [hello])

    def test_the_example_of_a_judge_is_the_one_that_is_built_SCN56(self):
        judge = (ROOT / "examples/cpp/apology_judge.hpp").read_text(encoding="utf-8")
        self.assertIn(judge, [text for place, text in blocks("cpp") if place.startswith("docs/cpp.md")])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv.pop())
    unittest.main()
