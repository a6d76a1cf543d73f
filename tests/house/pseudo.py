#!/usr/bin/env python3
"""A language that nobody speaks, to see what was never given to a translator.

Every text of the template becomes itself in white brackets, ⟦like this⟧, with what printf() fills in
left where it is. In a window that runs in it, a label without brackets can't be translated.

    pseudo.py TEMPLATE FOLDER STAMP     writes FOLDER/lacuna.mo

The build makes it in BUILD/po/pseudo/LC_MESSAGES; HACKING.md says how to run a program in it.

SPDX-License-Identifier: MIT
"""

import os
import subprocess
import sys

import catalog

HEADER = ("Project-Id-Version: lacuna\nLanguage: pseudo\nMIME-Version: 1.0\n"
          "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
          "Plural-Forms: nplurals=2; plural=n != 1;\n")


def bracketed(text):
    """Line ends stay outside, where msgfmt wants them to be the same as in the text."""
    body = text.strip("\n")
    start = len(text) - len(text.lstrip("\n"))
    return text[:start] + "⟦" + body + "⟧" + text[start + len(body):]


def main():
    template, folder, stamp = sys.argv[1:]
    with open(template, encoding="utf-8") as file:
        entries = [entry for entry in catalog.parse(file.read()) if entry.msgid]
    for entry in entries:
        entry.translations = [bracketed(entry.msgid)]
        if entry.plural is not None:
            entry.translations.append(bracketed(entry.plural))
    entries.insert(0, catalog.Entry(translations=[HEADER]))
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["msgfmt", "--check-format", "--output-file=" + os.path.join(folder, "lacuna.mo"), "-"],
                   input=catalog.write(entries), text=True, check=True)
    with open(stamp, "w", encoding="utf-8"):
        pass


if __name__ == "__main__":
    main()
