#!/usr/bin/env python3
"""Prints antiphon/providers/embed/minilm/unicode_tables.cpp: what BERT's tokenizer needs to know of Unicode, from Python's own tables."""
import unicodedata


def ranges(wanted):
    found, begin = [], None
    for code in range(0x10000):
        inside = wanted(chr(code))
        if inside and begin is None:
            begin = code
        if not inside and begin is not None:
            found.append((begin, code - 1))
            begin = None
    return found


def base(character):
    """The letter that is left of a character when its marks are taken off, where that is one."""
    if 0xAC00 <= ord(character) <= 0xD7A3 or 0xD800 <= ord(character) <= 0xDFFF:
        return None
    bare = [c for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn"]
    return bare[0] if len(bare) == 1 and bare[0] != character else None


def wrapped(items):
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) + 1 > 158:
            lines.append(line)
            line = "   "
        line += " " + item
    return "\n".join([*lines, line])


def table(name, kind, items):
    return f"constexpr {kind} {name}[] = {{\n{wrapped(items)}\n}};\n"


def main():
    marks = ranges(lambda c: unicodedata.category(c) == "Mn")
    punctuation = ranges(lambda c: ord(c) >= 0x80 and unicodedata.category(c).startswith("P"))
    pairs = [(code, ord(base(chr(code)))) for code in range(0x80, 0x10000) if base(chr(code))]
    print("// Made by tools/make-unicode-tables.py.\n")
    print('#include "antiphon/providers/embed/minilm/unicode_tables.hpp"\n')
    print("namespace antiphon::minilm {\n\nnamespace {\n\n// clang-format off")
    print(table("marks", "CodeRange", [f"{{{a:#x}, {b:#x}}}," for a, b in marks]))
    print(table("punctuation", "CodeRange", [f"{{{a:#x}, {b:#x}}}," for a, b in punctuation]))
    print(table("bases", "BasePair", [f"{{{a:#x}, {b:#x}}}," for a, b in pairs]) + "// clang-format on\n")
    print("}  // namespace\n")
    for name, kind in (("marks", "CodeRange"), ("punctuation", "CodeRange"), ("bases", "BasePair")):
        print(f"std::span<const {kind}> {name}_table() {{ return {name}; }}")
    print("\n}  // namespace antiphon::minilm")


main()
