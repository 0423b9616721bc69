#!/usr/bin/env python3
"""Makes C++ sources of the blocks of docs/cpp.md, so that the build compiles what readers copy.

usage: cpp_examples.py DOCUMENT OUTPUT CATCH2_OUTPUT

Blocks build on each other, as they do for a reader; whole programs stand apart. What needs Catch2 goes into a file of its own.
"""
import pathlib
import re
import sys

FENCE = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = ("#pragma once", "using namespace antiphon;")
# What the text speaks of and leaves to the reader.
OWN_OF_THE_READER = "inline std::string my_desk(std::string_view) { return \"your order number, please\"; }\n"


def source(blocks, before=""):
    """Includes stand at the top, each block in a namespace: there may be several programs."""
    includes, bodies = ["#include <antiphon/antiphon.hpp>"], []
    for number, text in enumerate(blocks):
        lines = [line for line in text.splitlines() if line not in LEFT_OUT]
        includes += [line for line in lines if line.startswith("#include") and line not in includes]
        body = "\n".join(line for line in lines if not line.startswith("#include"))
        name = f"program_{number}" if re.search(r"^int main\(", text, re.MULTILINE) else "examples"
        bodies.append(f"namespace {name} {{\nusing namespace antiphon;\n{body}\n}}\n")
    return "\n".join(includes) + "\n\n" + before + "\n".join(bodies)


def main():
    document, output, catch2_output = map(pathlib.Path, sys.argv[1:])
    blocks = FENCE.findall(document.read_text(encoding="utf-8"))
    if len(blocks) < 3:
        sys.exit(f"{document} holds only {len(blocks)} blocks of C++")
    catch2 = [text for text in blocks if "catch2.hpp" in text]
    output.write_text(source([text for text in blocks if text not in catch2]), encoding="utf-8")
    catch2_output.write_text(source(catch2, OWN_OF_THE_READER), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
