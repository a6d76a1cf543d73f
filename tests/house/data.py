#!/usr/bin/env python3
"""What is given to the desktop is what the desktop expects: each file by the tool that judges it.

    data.py BUILD-FOLDER
    data.py --update            writes the metainfo's releases anew, from NEWS.md

SPDX-License-Identifier: MIT
"""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from xml.sax.saxutils import escape

import tap

TOP = os.environ["LACUNA_SOURCE_DIR"]
ID = "io.github.lacuna_project.Lacuna"
METAINFO = os.path.join(TOP, "data", ID + ".metainfo.xml.in")
BUILD = sys.argv[1] if len(sys.argv) > 1 else ""


def judge(*words):
    if shutil.which(words[0]) is None:
        raise tap.Skip(f"{words[0]} is not installed")
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    tap.expect(result.returncode == 0,
               f"{' '.join(words)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout + result.stderr


def built(name):
    path = os.path.join(BUILD, "data", name)
    tap.expect(os.path.exists(path), f"{path} was not built")
    return path


def read(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8") as file:
        return file.read()


def the_desktop_entry_is_valid():
    said = judge("desktop-file-validate", "--warn-kde", built(ID + ".desktop"))
    tap.expect(not said, said)


def the_metainfo_is_valid():
    said = judge("appstreamcli", "validate", "--no-net", "--no-color", built(ID + ".metainfo.xml"))
    tap.expect("W:" not in said, said)


def the_schema_is_valid():
    judge("glib-compile-schemas", "--strict", "--dry-run", os.path.join(TOP, "data"))


def the_schema_has_the_keys_of_its_header():
    header = read("src", "app", "lacuna-settings.h")
    comment = re.search(r"says what each means\):(.*?)\*/", header, re.DOTALL)[1]
    comment = re.sub(r"\([^)]*\)", "", comment.split("SPDX")[0])
    named = set(re.findall(r"([a-z][a-z-]*) ([a-z])(?:,|\s|$)", re.sub(r"\s*\n \*\s*", " ", comment)))
    schema = xml.parse(os.path.join(TOP, "data", ID + ".gschema.xml"))
    keys = {(key.get("name"), key.get("type")) for key in schema.iter("key")}
    tap.expect(named == keys, f"only in the header: {named - keys}; only in the schema: {keys - named}")


def the_manual_has_the_settings():
    manual = read("data", "man", "lacuna.1")
    schema = xml.parse(os.path.join(TOP, "data", ID + ".gschema.xml"))
    missing = [key.get("name") for key in schema.iter("key")
               if not re.search(rf"\b{key.get('name')}\b", manual)]
    tap.expect(not missing, f"lacuna.1 does not have {missing}")


def the_manuals_are_valid():
    for name in sorted(os.listdir(os.path.join(TOP, "data", "man"))):
        if name.endswith(".1"):
            said = judge("mandoc", "-T", "lint", "-W", "warning",
                         os.path.join(TOP, "data", "man", name))
            tap.expect(not said, said)


def pictures():
    return [os.path.join(folder, name) for folder, _, names in
            os.walk(os.path.join(TOP, "data", "icons")) for name in names]


def icons_are_drawings_of_the_right_size():
    sizes = {ID + ".svg": "0 0 128 128", ID + "-symbolic.svg": "0 0 16 16"}
    tap.expect({os.path.basename(path) for path in pictures()} == set(sizes),
               f"there are {pictures()}")
    for path in pictures():
        root = xml.parse(path).getroot()
        tap.expect(root.tag == "{http://www.w3.org/2000/svg}svg", f"{path} is no SVG")
        tap.expect(root.get("viewBox") == sizes[os.path.basename(path)],
                   f"{path} has the box {root.get('viewBox')}")
        names = {element.get("id") for element in root.iter() if element.get("id")}
        used = set(re.findall(r"url\(#([\w-]+)\)", xml.tostring(root, encoding="unicode")))
        tap.expect(used == names, f"{path}: {used ^ names} is used or defined, but not both")


def icons_can_be_drawn():
    """By the loader that GTK itself uses."""
    if shutil.which("gdk-pixbuf-thumbnailer") is None:
        raise tap.Skip("gdk-pixbuf-thumbnailer is not installed")
    for path in pictures():
        output = os.path.join(BUILD, "data", os.path.basename(path) + ".png")
        judge("gdk-pixbuf-thumbnailer", "--size=64", path, output)
        with open(output, "rb") as file:
            tap.expect(file.read(8) == b"\x89PNG\r\n\x1a\n", f"{path} could not be drawn")
        os.remove(output)


def one_name_everywhere():
    """The application's ID is the name of its files, its bus name, its icon and its schema."""
    entry = read("data", ID + ".desktop.in")
    tap.expect(f"Icon={ID}\n" in entry and "DBusActivatable=true\n" in entry, entry)
    with open(built(ID + ".service"), encoding="utf-8") as file:
        service = file.read()
    tap.expect(re.fullmatch(rf"\[D-BUS Service\]\nName={re.escape(ID)}\n"
                            r"Exec=/\S+/lacuna --gapplication-service\n", service), service)
    tap.expect(f'"{ID}"' in read("src", "app", "lacuna-application.c"), "the program has another ID")
    schema = xml.parse(os.path.join(TOP, "data", ID + ".gschema.xml"))
    tap.expect([s.get("id") for s in schema.iter("schema")] == [ID], "the schema has another ID")


def every_desktop_action_is_one_of_the_program():
    """D-Bus activation asks for them by name."""
    entry = read("data", ID + ".desktop.in")
    names = re.search(r"^Actions=(.*)$", entry, re.MULTILINE)[1].strip(";").split(";")
    source = read("src", "app", "lacuna-application.c")
    for name in names:
        tap.expect(f"[Desktop Action {name}]" in entry, f"{name} has no group")
        tap.expect(f'{{ "{name}", ' in source, f"the program has no action {name}")


# NEWS.md and the metainfo


def plain(text):
    """A line of Markdown as words alone."""
    text = re.sub(r"\*\*|`", "", text)
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(text.split()))


def news():
    """[(version, date or None, paragraphs, items)] of NEWS.md."""
    releases = []
    for part in re.split(r"^# ", read("NEWS.md"), flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        version, _, date = heading.partition(", ")
        blocks = [block for block in re.split(r"\n\s*\n|\n(?=- )", body) if block.strip()]
        paragraphs = [plain(block) for block in blocks if not block.lstrip().startswith("- ")]
        items = [plain(block.lstrip()[2:]) for block in blocks if block.lstrip().startswith("- ")]
        dated = re.fullmatch(r"\d{4}-\d\d-\d\d", date.strip())
        releases.append((version, dated[0] if dated else None, paragraphs, items))
    return releases


def told():
    """The same of the metainfo."""
    releases = []
    for release in xml.parse(METAINFO).iter("release"):
        description = release.find("description")
        development = release.get("type") == "development"
        elements = list(description) if description is not None else []
        releases.append((
            release.get("version"),
            None if development else release.get("date"),
            [" ".join("".join(p.itertext()).split()) for p in elements if p.tag == "p"],
            [" ".join("".join(li.itertext()).split())
             for ul in elements if ul.tag == "ul" for li in ul],
        ))
    return releases


def the_release_notes_are_those_of_the_news():
    tap.expect(news(), "NEWS.md has no release")
    tap.expect(news() == told(),
               f"NEWS.md:\n{news()}\nmetainfo:\n{told()}\ntests/house/data.py --update writes it anew")


def the_newest_release_is_this_one():
    version = re.search(r"version: '([^']*)'", read("meson.build"))[1]
    tap.expect(news()[0][0] == version, f"NEWS.md begins with {news()[0][0]}, meson.build has {version}")


def update():
    text = read("data", ID + ".metainfo.xml.in")
    # A release that is to come needs a date as well: the one that it has, or a first one.
    known = dict(re.findall(r'<release version="([^"]*)" date="([^"]*)"', text))
    lines = []
    for version, date, paragraphs, items in news():
        kind = "" if date else ' type="development"'
        lines.append(f'    <release version="{version}" '
                     f'date="{date or known.get(version, "2026-11-20")}"{kind}>')
        lines.append('      <description translate="no">')
        lines += [f"        <p>{escape(paragraph)}</p>" for paragraph in paragraphs]
        if items:
            lines.append("        <ul>")
            lines += [f"          <li>{escape(item)}</li>" for item in items]
            lines.append("        </ul>")
        lines += ["      </description>", "    </release>"]
    text = re.sub(r"(  <releases>\n).*?(  </releases>)",
                  lambda match: match[1] + "\n".join(lines) + "\n" + match[2], text, flags=re.DOTALL)
    with open(METAINFO, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
        sys.exit(0)
    tap.run("/house/data", [
        the_desktop_entry_is_valid,
        the_metainfo_is_valid,
        the_schema_is_valid,
        the_schema_has_the_keys_of_its_header,
        the_manual_has_the_settings,
        the_manuals_are_valid,
        icons_are_drawings_of_the_right_size,
        icons_can_be_drawn,
        one_name_everywhere,
        every_desktop_action_is_one_of_the_program,
        the_release_notes_are_those_of_the_news,
        the_newest_release_is_this_one,
    ])
