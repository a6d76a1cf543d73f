#!/usr/bin/env python3
"""What a person reads can be translated, and what translators work on is what is in the sources.

    translations.py po/meson.build's arguments for xgettext
    translations.py --update …     writes po/POTFILES.in and po/lacuna.pot anew

The template is compared by its texts, not by the lines that they stand in, so that it only has to be
written anew when a text changes.

SPDX-License-Identifier: MIT
"""

import os
import re
import subprocess
import sys
import tempfile

import catalog
import tap

TOP = os.environ["LACUNA_SOURCE_DIR"]
UPDATE = "--update" in sys.argv[1:]
XGETTEXT = [word for word in sys.argv[1:] if word != "--update"]

# Whoever calls one of these, or marks a text in a template, has something to translate.
CALLS = re.compile(r"\b(?:_|N_|C_|NC_|ngettext|g_dngettext|g_dpgettext2?)[ \t\n]*\(")
TABLES = re.compile(r"^#define LAC_\w+_MAP\(X\)", re.MULTILINE)
MARKED = re.compile(r"\btranslatable=\"(?:yes|true|1)\"")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def read(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8") as file:
        return file.read()


def files_with_texts():
    """Every file that has something to translate, relative to the top, sorted."""
    found = []
    for folder in ("data", "src", "ui"):
        for directory, _, names in os.walk(os.path.join(TOP, folder)):
            for name in names:
                path = os.path.relpath(os.path.join(directory, name), TOP)
                if name.endswith((".desktop.in", ".metainfo.xml.in", ".gschema.xml")):
                    found.append(path)
                elif name.endswith(".ui") and MARKED.search(read(path)):
                    found.append(path)
                elif name.endswith((".c", ".h")):
                    code = COMMENT.sub("", read(path))
                    code = re.sub(r"^#define N_\(text\).*", "", code, flags=re.MULTILINE)
                    sentences = TABLES.search(code) and re.search(r'X \(\w+, .*"[A-Z]', code)
                    # The parsers' faults, which xgettext knows by the name of the function.
                    faults = "core/" in path and re.search(r"\b(?:fail|malformed) \([^;]*\"", code)
                    # What was being done when a process refused.
                    deeds = "os/" in path and re.search(
                        r"\blac_process_(?:fail|refused|has_no_map) \([^;]*\"", code)
                    if CALLS.search(code) or sentences or faults or deeds:
                        found.append(path)
    return sorted(found)


def listed_files():
    return [line for line in read("po", "POTFILES.in").splitlines()
            if line and not line.startswith("#")]


def extract():
    """What xgettext finds in the files listed, as the text of a template."""
    with tempfile.TemporaryDirectory(prefix="lacuna-pot-") as folder:
        output = os.path.join(folder, "lacuna.pot")
        result = subprocess.run(
            ["xgettext", "--files-from=po/POTFILES.in", "--directory=.", "--output=" + output,
             "--package-name=lacuna", "--copyright-holder=The Lacuna project",
             "--msgid-bugs-address=https://github.com/lacuna-project/lacuna/issues", *XGETTEXT],
            cwd=TOP, capture_output=True, text=True, check=False)
        tap.expect(result.returncode == 0, result.stderr)
        tap.expect("warning" not in result.stderr.lower(),
                   result.stderr + "(A text that ends in a directive was cut off at one of GLib's macros: "
                   "write %zu for G_GSIZE_FORMAT, and PRIu64 for G_GUINT64_FORMAT.)")
        with open(output, encoding="utf-8") as file:
            return file.read()


def keys(text):
    return {(entry.context, entry.msgid, entry.plural) for entry in catalog.parse(text)
            if entry.msgid}


def every_file_with_texts_is_listed():
    listed, found = listed_files(), files_with_texts()
    tap.expect(listed == sorted(set(listed)), "po/POTFILES.in is not sorted, or lists one twice")
    tap.expect(listed == found, f"not listed: {sorted(set(found) - set(listed))}, listed without "
                                f"need: {sorted(set(listed) - set(found))}; "
                                "tests/house/translations.py --update writes it anew")


def the_template_has_what_the_sources_have():
    template, sources = keys(read("po", "lacuna.pot")), keys(extract())
    tap.expect(len(sources) > 100, f"only {len(sources)} texts were found")
    tap.expect(template == sources,
               "po/lacuna.pot is out of date; meson compile -C BUILD lacuna-update-template writes it "
               f"anew. New: {sorted(map(str, sources - template))} "
               f"Gone: {sorted(map(str, template - sources))}")


def the_core_speaks_in_the_template():
    """The sentences that no call of gettext names."""
    texts = {key[1] for key in keys(read("po", "lacuna.pot"))}
    for path in ("status.h", "hazard.h", "gap.h", "region.h"):
        header = re.sub(r'"[ \t]*\\?\n?[ \t]*"', "", read("src", "core", path))
        sentences = [s for s in re.findall(r'X \([^()]*?"([A-Z][^"]*)"\)', header)]
        sentences += [s for s in re.findall(r'"([A-Z][^"]*\.)"\)', header)]
        tap.expect(sentences, f"{path} has no sentences")
        missing = [sentence for sentence in sentences if sentence not in texts]
        tap.expect(not missing, f"{path}: {missing} can't be translated")
    for path in ("expression.c", "maps-text.c"):
        for text in re.findall(r'\b(?:fail|malformed) \([^;]*?"([^";]+)"\);', read("src", "core", path)):
            tap.expect(any(text in known for known in texts), f"{path}: “{text}” can't be translated")


def languages():
    return [line.strip() for line in read("po", "LINGUAS").splitlines()
            if line.strip() and not line.startswith("#")]


def translations_are_whole_and_sound():
    files = {name[:-3] for name in os.listdir(os.path.join(TOP, "po")) if name.endswith(".po")}
    tap.expect(files == set(languages()),
               f"po/LINGUAS has {languages()}, and there are files for {sorted(files)}")
    if not files:
        raise tap.Skip("there is no translation yet")
    template = keys(read("po", "lacuna.pot"))
    for language in sorted(files):
        path = os.path.join(TOP, "po", language + ".po")
        result = subprocess.run(["msgfmt", "--check", "--output-file=/dev/null", path],
                                capture_output=True, text=True, check=False)
        tap.expect(result.returncode == 0, result.stderr)
        entries = catalog.parse(read("po", language + ".po"))
        done = {(e.context, e.msgid, e.plural) for e in entries
                if e.msgid and not e.fuzzy and all(e.translations)}
        tap.expect(template <= done, f"{language} lacks {sorted(map(str, template - done))}")


def what_the_library_says_has_no_marks():
    """lacuna-cli shows invisible characters of its complaints as escapes, and programs with the library
    may do worse; marks of direction are the window's."""
    spoken = re.compile(r"^#:.* src/(?:buffers|core|os)/", re.MULTILINE)
    marks = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    for language in languages():
        blocks = [block for block in read("po", language + ".po").split("\n\n")
                  if spoken.search(block) and "\nmsgstr" in block]
        tap.expect(len(blocks) > 50, f"only {len(blocks)} texts of the library in {language}")
        marked = [block.splitlines()[-1] for block in blocks if marks.search(block)]
        tap.expect(not marked, f"{language}: {marked} have marks of direction")


def the_template_is_sound():
    result = subprocess.run(["msgfmt", "--check-format", "--check-domain", "--output-file=/dev/null",
                             os.path.join(TOP, "po", "lacuna.pot")],
                            capture_output=True, text=True, check=False)
    tap.expect(result.returncode == 0, result.stderr)


def no_text_hides_in_a_template():
    """Labels and tooltips in ui/ are marked, unless they are the same in every language."""
    spoken = re.compile(r"<(?:property|attribute) name=\"(label|title|tooltip-text|placeholder-text|description|"
                        r"subtitle|text)\"(?P<mark>[^>]*)>(?P<text>[^<]*[A-Za-z]{2}[^<]*)<")
    for name in sorted(os.listdir(os.path.join(TOP, "ui"))):
        if not name.endswith(".ui"):
            continue
        for match in spoken.finditer(read("ui", name)):
            tap.expect("translatable" in match["mark"] or match["text"] == "Lacuna",
                       f"ui/{name}: “{match['text']}” is not marked translatable")


def update():
    with open(os.path.join(TOP, "po", "POTFILES.in"), "w", encoding="utf-8") as file:
        file.write("# Every file with a text for people; tests/house/translations.py --update writes "
                   "this list.\n" + "\n".join(files_with_texts()) + "\n")
    text = extract()
    text = text.replace("SOME DESCRIPTIVE TITLE.", "What Lacuna says, to be translated.")
    text = text.replace("# FIRST AUTHOR <EMAIL@ADDRESS>, YEAR.\n#\n", "#\n")
    text = text.replace("#, fuzzy\n", "", 1)
    text = text.replace("charset=CHARSET", "charset=UTF-8")
    path = os.path.join(TOP, "po", "lacuna.pot")
    if not os.path.exists(path) or keys(read("po", "lacuna.pot")) != keys(text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    if UPDATE:
        update()
        sys.exit(0)
    tap.run("/house/translations", [
        every_file_with_texts_is_listed,
        the_template_has_what_the_sources_have,
        the_core_speaks_in_the_template,
        the_template_is_sound,
        translations_are_whole_and_sound,
        what_the_library_says_has_no_marks,
        no_text_hides_in_a_template,
    ])
