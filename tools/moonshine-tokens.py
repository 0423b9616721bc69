#!/usr/bin/env python3
"""Writes the table of tokens that sherpa-onnx reads from Moonshine's tokenizer.bin. usage: moonshine-tokens.py TOKENIZER TOKENS

tokenizer.bin holds one token after another, each after its length: one byte, from 128 on two (low seven bits first). The table has a line for each:
its bytes in base64, a tab, its number. In plain text a token that is white space would break the table, and sherpa-onnx ends the process over that."""

import base64
import pathlib
import sys


def tokens(data):
    at = 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length += data[at] * 128 - 128
            at += 1
        yield data[at : at + length]
        at += length


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    target.write_bytes(b"".join(b"%b\t%d\n" % (base64.b64encode(token), number) for number, token in enumerate(tokens(source.read_bytes()))))


if __name__ == "__main__":
    main()
