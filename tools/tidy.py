#!/usr/bin/env python3
"""Runs clang-tidy over the product's sources, several at once, and remembers what was clean.

usage: tidy.py [--clang-tidy NAME] [--jobs N] BUILD_FOLDER [PATH_PART…]

Reads BUILD_FOLDER/compile_commands.json and takes the sources below antiphon/, examples/ and bench/ that are not tests (with PATH_PARTs: those whose
path holds one of them). A source is skipped when nothing that it depends on has changed since it was last clean, in whichever checkout: itself, headers of the
project that it reaches, protocols, its command, .clang-tidy, this script, and the versions of installed headers. What was clean is remembered in
$XDG_CACHE_HOME/antiphon/tidy-clean (~/.cache), for 60 days. Every complaint is printed once, although many sources see the same header. Exits 1 when there
is one.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)
REMEMBERED_S = 60 * 24 * 3600
COMPLAINT = re.compile(r"^/?[^\s:]+:\d+:\d+: (?:warning|error): ")


class Headers:
    """Digests of files together with all headers of the project that they reach."""

    def __init__(self):
        self.includes = {}

    def reach(self, path):
        seen, open_paths = set(), [path]
        while open_paths:
            current = open_paths.pop()
            if current not in seen and current.is_file():
                seen.add(current)
                open_paths += self.included_by(current)
        return sorted(seen)

    def included_by(self, path):
        if path not in self.includes:
            names = INCLUDE.findall(path.read_text(errors="replace"))
            self.includes[path] = [folder / name for name in names for folder in (ROOT, path.parent) if (folder / name).is_file()]
        return self.includes[path]


def wanted(source, parts):
    relative = source.relative_to(ROOT).as_posix() if source.is_relative_to(ROOT) else ""
    if not relative.startswith(("antiphon/", "examples/", "bench/")) or re.search(r"_(test|fuzz)\.cpp$", relative):
        return False
    return not parts or any(part in relative for part in parts)


def digest(source, command, common, headers):
    state = hashlib.sha256(common + command.replace(str(ROOT), ".").encode())
    for path in headers.reach(source):
        state.update(path.resolve().relative_to(ROOT).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def remembered(build):
    """The folder with a file for each digest that was clean: the user's, or that of the build where there is none."""
    try:
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
        folder = cache / "antiphon" / "tidy-clean"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        folder = build / "tidy-clean"
        folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if time.time() - file.stat().st_mtime > REMEMBERED_S:
            file.unlink(missing_ok=True)
    return folder


def installed_headers():
    """Versions of the packages that headers of others come from; those that are unpacked or fetched are pinned in scripts."""
    try:
        packages = subprocess.run(["dpkg-query", "-W", "*-dev"], capture_output=True, check=False).stdout
    except OSError:  # not Debian
        packages = b""
    fetching = [ROOT / "tools" / "bootstrap.sh", *sorted((ROOT / "tools").glob("get-*.sh"))]
    return packages + b"".join(script.read_bytes() for script in fetching)


def complaints(output):
    """clang-tidy's text cut into one block per complaint, source lines and notes included."""
    blocks = []
    for line in output.splitlines():
        if COMPLAINT.match(line):
            blocks.append([line])
        elif blocks and not line.startswith(("Suppressed ", "Use -", "Error while", "Found compiler error")):
            blocks[-1].append(line)
    return ["\n".join(block) for block in blocks]


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--clang-tidy", default="clang-tidy-19")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("parts", nargs="*")
    chosen = options.parse_args()

    version = subprocess.run([chosen.clang_tidy, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes() + pathlib.Path(__file__).read_bytes() + installed_headers()
    common += b"".join(protocol.read_bytes() for protocol in sorted((ROOT / "schemas").glob("*.proto")))
    clean = remembered(chosen.build)
    headers = Headers()
    entries = json.loads((chosen.build / "compile_commands.json").read_text())
    sources = [(pathlib.Path(e["file"]), e["command"]) for e in entries if wanted(pathlib.Path(e["file"]), chosen.parts)]
    keys = {source: digest(source, command, common, headers) for source, command in sources}
    todo = [source for source in keys if not (clean / keys[source]).exists()]
    todo.sort(key=lambda source: -source.stat().st_size)
    print(f"clang-tidy: {len(todo)} of {len(keys)} sources to read, {chosen.jobs} at once", flush=True)

    def read(source):
        start = time.monotonic()
        done = subprocess.run([chosen.clang_tidy, "--quiet", "-p", str(chosen.build), str(source)], capture_output=True, text=True, check=False)
        return done, time.monotonic() - start

    seen, failed = set(), 0
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        futures = {pool.submit(read, source): source for source in todo}
        for number, future in enumerate(concurrent.futures.as_completed(futures), 1):
            source, (done, took) = futures[future], future.result()
            print(f"[{number}/{len(todo)}] {source.relative_to(ROOT)} {took:.1f} s", flush=True)
            found = complaints(done.stdout)
            for block in found:
                if block not in seen:
                    seen.add(block)
                    print(block.replace(f"{ROOT}/", ""), flush=True)
            if done.returncode == 0:
                (clean / keys[source]).touch()
            else:
                failed += 1
                if not found:
                    print(done.stdout + done.stderr, flush=True)
    print(f"clang-tidy: {len(seen)} complaint{'' if len(seen) == 1 else 's'} in {failed} of {len(keys)} sources")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
