"""Message catalogs: reading and writing .po and .pot.

No more of the format than xgettext and msgfmt write themselves: one entry after another, strings in C's
notation. The tests need it to compare catalogs by what they say, and to make a language of their own.

SPDX-License-Identifier: MIT
"""

import dataclasses
import re

STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "a": "\a", "b": "\b", "f": "\f",
           "v": "\v"}


@dataclasses.dataclass
class Entry:
    msgid: str = ""
    context: str | None = None
    plural: str | None = None
    flags: tuple = ()
    translations: list = dataclasses.field(default_factory=list)

    @property
    def fuzzy(self):
        return "fuzzy" in self.flags


def unescape(text):
    return re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], text)


def parse(text):
    """The entries of a .po, those that are obsolete left out."""
    entries, flags, entry, field = [], [], None, None

    def append(piece):
        if field == "msgstr":
            entry.translations[-1] += piece
        else:
            setattr(entry, field, (getattr(entry, field) or "") + piece)

    for line in text.splitlines():
        if line.startswith("#,"):
            flags += [flag.strip() for flag in line[2:].split(",")]
            continue
        if line.startswith("#") or not line.strip():
            continue
        word = line.split(None, 1)[0]
        if word == "msgctxt" or word == "msgid" and field != "context":
            entry = Entry(flags=tuple(flags))
            entries.append(entry)
            flags = []
        if word.startswith("msgstr"):
            entry.translations.append("")
            field = "msgstr"
        elif not word.startswith('"'):
            field = {"msgctxt": "context", "msgid": "msgid", "msgid_plural": "plural"}[word]
        append("".join(unescape(piece) for piece in STRING.findall(line)))
    return entries


def quoted(text):
    pieces = text.split("\n")
    lines = [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
    escaped = [line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
               for line in lines] or [""]
    return "\n".join(f'"{line}"' for line in escaped)


def write(entries):
    """The text of a .po with these entries, of which one may be the header, with msgid ""."""
    parts = []
    for entry in entries:
        lines = [f"#, {', '.join(entry.flags)}"] if entry.flags else []
        if entry.context is not None:
            lines.append("msgctxt " + quoted(entry.context))
        lines.append("msgid " + quoted(entry.msgid))
        if entry.plural is None:
            lines.append("msgstr " + quoted(entry.translations[0]))
        else:
            lines.append("msgid_plural " + quoted(entry.plural))
            lines += [f"msgstr[{number}] " + quoted(text)
                      for number, text in enumerate(entry.translations)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
