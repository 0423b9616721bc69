#!/usr/bin/env python3
"""Refuses includes that break the layers.

usage: check-layers.py [ROOT]

Reads the antiphon_module(NAME DEPENDS …) calls of ROOT/antiphon/CMakeLists.txt and every C++ file of the project, and refuses
  - a module that depends on an unknown module, on itself, or in a circle;
  - an include of a module that the file's own module does not declare;
  - an include of another module's internal/ folder, also from tests, examples and benches;
  - an include of an internal/ folder in a header that is installed, which its own folder is not;
  - Boost.Beast outside antiphon/net/, and the include-everything header <boost/asio.hpp> anywhere.
Prints one line per offence, `file:line: what; what is allowed`, and exits 1 when there is one. Standard library only.
"""
import pathlib
import re
import sys

SOURCES = {".cpp", ".hpp", ".h", ".cc"}
FOLDERS = ["antiphon", "examples", "tests", "bench"]
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
KEYWORDS = {"DEPENDS", "LIBRARIES", "PRIVATE_LIBRARIES", "TEST_LIBRARIES", "PROGRAM"}
HEADERS = {".hpp", ".h"}
TOP_MODULE = "cli"  # knows every module; nobody may know it, and none of its headers is installed


def read_modules(cmake_text):
    """{module: set of modules it may include} as declared; calls may span lines and carry comments."""
    modules = {}
    text = re.sub(r"#[^\n]*", "", cmake_text)
    for call in re.finditer(r"\bantiphon_module\s*\(([^)]*)\)", text):
        name, *words = call[1].split()
        allowed, keyword = set(), None
        for word in words:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "DEPENDS":
                allowed.add(word)
        modules[name] = allowed
    return modules


def find_circle(modules):
    """A list of modules that lead back to its first one, or None."""
    done = set()

    def visit(module, path):
        if module in path:
            return path[path.index(module):] + [module]
        if module in done:
            return None
        for next_module in sorted(modules.get(module, ())):
            if circle := visit(next_module, path + [module]):
                return circle
        done.add(module)
        return None

    for module in sorted(modules):
        if circle := visit(module, []):
            return circle
    return None


def declaration_problems(modules):
    where = "antiphon/CMakeLists.txt"
    problems = []
    for name, allowed in modules.items():
        for unknown in sorted(allowed - modules.keys()):
            problems.append(f"{where}: {name} depends on {unknown}, which is no module; modules: {', '.join(sorted(modules))}")
    if circle := find_circle(modules):
        problems.append(f"{where}: modules depend on each other in a circle: {' -> '.join(circle)}; arrows may only point down")
    return problems


class Checker:
    def __init__(self, root, modules):
        self.root = root
        self.modules = modules

    def problems_of(self, path):
        own = self.module_of(path)
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if match := INCLUDE.match(line):
                included = self.resolved(path, match[1]) if match[1] else match[2]
                if why := self.refusal(own, included) or self.installed_refusal(path, included):
                    yield f"{path.relative_to(self.root)}:{number}: includes {included}: {why}"

    def module_of(self, path):
        """The module a file belongs to; None for what stands outside or on top of the modules (antiphon/*.hpp, tests, examples …)."""
        parts = path.relative_to(self.root).parts
        return parts[1] if parts[0] == "antiphon" and len(parts) > 2 else None

    def resolved(self, path, quoted):
        """A quoted include relative to its file, as seen from the root: "../net/http.hpp" must not be a way around."""
        beside = (path.parent / quoted).resolve()
        if not quoted.startswith("antiphon/") and beside.is_file() and beside.is_relative_to(self.root):
            return str(beside.relative_to(self.root))
        return quoted

    def refusal(self, own, included):
        if included == "boost/asio.hpp":
            return "it drags in all of Asio; include the parts, such as <boost/asio/awaitable.hpp>"
        if re.match(r"boost/beast(/|\.hpp)", included) and own != "net":
            return "Boost.Beast stays inside antiphon/net/; use the interfaces of antiphon/net/http.hpp"
        parts = included.split("/")
        if parts[0] != "antiphon":
            return None
        if len(parts) == 2:
            return None if own is None else "a module may not include the headers that gather all modules; include the module's own header"
        return self.module_refusal(own, parts[1], "internal" in parts[2:-1])

    def installed_refusal(self, path, included):
        parts = path.relative_to(self.root).parts
        installed = path.suffix in HEADERS and parts[0] == "antiphon" and parts[1] != TOP_MODULE and "internal" not in parts[:-1]
        if installed and included.startswith("antiphon/") and "internal" in included.split("/")[:-1]:
            return "internal/ is not installed, this header is; move what it needs to a public header, or include it in a .cpp"
        return None

    def module_refusal(self, own, target, internal):
        if target == own:
            return None
        if target not in self.modules:
            return f"{target} is no module of antiphon/CMakeLists.txt"
        if internal:
            return f"internal/ belongs to {target} alone; include one of its public headers"
        if own is None:
            return "nothing but the program itself may include cli" if target == TOP_MODULE else None
        if own not in self.modules:
            return f"{own} is not declared: add antiphon_module({own} DEPENDS …) to antiphon/CMakeLists.txt"
        if target not in self.modules[own]:
            return f"{own} may include only {', '.join(sorted(self.modules[own])) or 'itself'} (DEPENDS in antiphon/CMakeLists.txt)"
        return None


def check(root):
    """(problems, number of files read)"""
    root = pathlib.Path(root).resolve()
    modules = read_modules((root / "antiphon/CMakeLists.txt").read_text(encoding="utf-8"))
    files = [p for folder in FOLDERS for p in sorted((root / folder).rglob("*")) if p.suffix in SOURCES and p.is_file()]
    checker = Checker(root, modules)
    return declaration_problems(modules) + [p for path in files for p in checker.problems_of(path)], len(files)


def main(arguments):
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 2
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent
    problems, files = check(root)
    print("\n".join(problems + [f"check-layers: {files} files, {len(problems)} offence{'' if len(problems) == 1 else 's'}"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
