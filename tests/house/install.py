#!/usr/bin/env python3
"""What is installed works, wherever it lies.

The library is usable by a program that knows nothing but `pkg-config lacuna`: the build is installed
into a folder of its own, the README's example compiled against it in three ways (shared, with the
archive, wholly static), and run.

The programs find their settings and translations beside themselves: what was installed is moved to a
folder that nobody configured, and run from there; and from the build folder, without installing.

    install.py BUILD-FOLDER SANITIZERS COMPILER…

SPDX-License-Identifier: MIT
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import readme
import tap

BUILD, SANITIZERS, COMPILER = sys.argv[1], sys.argv[2], sys.argv[3:]
TOP = os.environ["LACUNA_SOURCE_DIR"]
SOURCE = os.path.join(TOP, "src")

ROOT = tempfile.mkdtemp(prefix="lacuna-install-")
ENVIRONMENT = dict(os.environ)


def command(*words, **options):
    result = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, check=False,
                            **options)
    tap.expect(result.returncode == 0,
               f"{' '.join(words)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def find(pattern):
    found = glob.glob(os.path.join(ROOT, "**", pattern), recursive=True)
    tap.expect(found, f"{pattern} was not installed")
    return found[0]


def build_and_run(name, link, library_folder=None):
    source, program = os.path.join(ROOT, name + ".c"), os.path.join(ROOT, name)
    with open(source, "w", encoding="utf-8") as file:
        file.write(readme.example())
    cflags = command("pkg-config", "--cflags", "lacuna").split()
    sanitize = [f"-fsanitize={SANITIZERS}"] if SANITIZERS != "none" else []
    command(*COMPILER, *sanitize, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *cflags,
            source, "-o", program, *link)
    if library_folder:
        ENVIRONMENT["LD_LIBRARY_PATH"] = library_folder
    try:
        said = command(program)
    finally:
        ENVIRONMENT.pop("LD_LIBRARY_PATH", None)
    readme.expect_answer(said)
    return re.findall(r"\(NEEDED\).*\[(.*)\]", command("readelf", "-d", program))


# Runs a program until its window is there, and says which files it holds open, how it ended, and what
# it complained of. $1: the program, $2: where its standard error goes.
OPEN_AND_LOOK = r"""
name=io.github.lacuna_project.Lacuna path=/io/github/lacuna_project/Lacuna
"$1" self 2>"$2" & program=$!
for _ in {1..300}; do
  if gdbus introspect --session -d $name -o $path/window 2>/dev/null | grep -q 'node 1'; then break; fi
  if ! kill -0 $program 2>/dev/null; then break; fi
  sleep 0.1
done
sleep 1
cat /proc/$program/maps
gdbus call --session -d $name -o $path -m org.freedesktop.Application.ActivateAction \
  quit '[]' '{}' >/dev/null
status=0; wait $program || status=$?
echo "ended with $status"
"""


# Asks the bus for a program that nobody started, as a desktop does, and says how many windows there are
# after each request. $1: a maps file, $2: the program, for a second start by hand.
ASK_THE_BUS = r"""
name=io.github.lacuna_project.Lacuna path=/io/github/lacuna_project/Lacuna
ask () {
  gdbus call --session -d $name -o $path -m org.freedesktop.Application."$@" >/dev/null
}
windows () {
  for _ in {1..300}; do
    count=$(gdbus introspect --session -d $name -o $path/window 2>/dev/null | grep -c 'node [0-9]')
    if [ "$count" -eq "$1" ]; then break; fi
    sleep 0.1
  done
  echo "$2: $count"
}
ask Open "['file://$1']" '{}'; windows 1 open
ask ActivateAction new-window '[]' '{}'; windows 2 action
ask Activate '{}'; windows 3 activate
cd "$(dirname "$1")" && "$2" "$(basename "$1")" ./maps; windows 5 command
ask ActivateAction quit '[]' '{}'
"""


def with_language(environment):
    """The language that the build made for tests, in a locale that every system has."""
    environment = dict(environment, LANGUAGE="pseudo", LC_ALL="C.UTF-8")
    environment.pop("LANG", None)
    return environment


def speaks(program, words):
    result = subprocess.run([program, *words], capture_output=True, text=True, check=False,
                            env=with_language(os.environ))
    tap.expect(result.returncode == 0 and "⟦" in result.stdout,
               f"{program} {' '.join(words)} does not speak the language beside it: "
               f"{result.stdout}{result.stderr}")


def can_show_windows():
    has_the_window()
    if SANITIZERS != "none":
        raise tap.Skip("the window's other tests run it with the sanitizers")
    for tool in ("Xvfb", "dbus-run-session", "gdbus"):
        if shutil.which(tool) is None:
            raise tap.Skip(f"{tool} is not installed")


def on_a_display(script, *arguments, **variables):
    return subprocess.run(
        [os.path.join(TOP, "tests", "app", "with-display.sh"), "bash", "-c", script, "bash",
         *arguments],
        capture_output=True, text=True, check=False, timeout=200,
        env=dict(with_language(os.environ), **variables))


def opens(program, files):
    """The window opens, having found @files, and has nothing to complain of."""
    can_show_windows()
    complaints = os.path.join(ROOT, "complaints")
    result = on_a_display(OPEN_AND_LOOK, program, complaints)
    tap.expect("ended with 0" in result.stdout, f"{result.stdout[-200:]}{result.stderr}")
    for file in files:
        tap.expect(f" {file}\n" in result.stdout, f"{program} did not find {file}")
    with open(complaints, encoding="utf-8") as file:
        said = file.read()
    tap.expect(not said, f"{program} wrote to standard error: {said}")


def moved():
    """What was installed, in another place, with the language for tests among the others."""
    place = os.path.join(ROOT, "some where", "else")
    if not os.path.exists(place):
        shutil.copytree(find("include/lacuna")[:-len("include/lacuna")], place)
        shutil.copytree(os.path.join(BUILD, "po", "pseudo"),
                        os.path.join(place, "share", "locale", "pseudo"))
    return place


def has_the_window():
    if not os.path.exists(os.path.join(BUILD, "src", "app", "lacuna")):
        raise tap.Skip("this build has no window")


def has_the_command_line():
    if not os.path.exists(os.path.join(BUILD, "src", "cli", "lacuna-cli")):
        raise tap.Skip("this build has no command line")


def it_installs():
    command("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", ROOT)
    pc = find("lacuna.pc")
    ENVIRONMENT["PKG_CONFIG_LIBDIR"] = os.path.dirname(pc)
    ENVIRONMENT["PKG_CONFIG_SYSROOT_DIR"] = ROOT
    ENVIRONMENT.pop("PKG_CONFIG_PATH", None)


def every_public_header_is_there_and_no_other():
    folder = os.path.dirname(find("lacuna.h"))
    tap.expect(os.path.basename(folder) == "lacuna", f"lacuna.h lies in {folder}")
    installed = {os.path.relpath(path, folder)
                 for path in glob.glob(os.path.join(folder, "**", "*.h"), recursive=True)}
    marked = {"lacuna.h"}
    for part in ("core", "os", "buffers", "sandbox"):
        for path in glob.glob(os.path.join(SOURCE, part, "**", "*.h"), recursive=True):
            with open(path, encoding="utf-8") as file:
                if re.search(r"^LAC_PUBLIC\b", file.read(), re.MULTILINE):
                    marked.add(os.path.relpath(path, SOURCE))
    tap.expect(marked <= installed, f"public, but not installed: {sorted(marked - installed)}")
    private = [path for path in installed if path.endswith("-private.h")]
    tap.expect(not private, f"private, but installed: {private}")
    with open(os.path.join(folder, "lacuna.h"), encoding="utf-8") as file:
        gathered = set(re.findall(r'#include "(.*)"', file.read())) | {"lacuna.h"}
    # reloaded.h is another library's.
    missing = installed - gathered - {"core/visibility.h", "reloaded.h"}
    tap.expect(not missing, f"lacuna.h does not include {sorted(missing)}")


def a_program_links_the_shared_library():
    libs = command("pkg-config", "--libs", "lacuna").split()
    needed = build_and_run("shared", libs, os.path.dirname(find("liblacuna.so")))
    tap.expect("liblacuna.so.0" in needed, f"it needs {needed}")


def a_program_links_the_archive():
    find("liblacuna.a")
    libs = command("pkg-config", "--static", "--libs", "lacuna").split()
    libs = ["-l:liblacuna.a" if word == "-llacuna" else word for word in libs]
    needed = build_and_run("archive", libs)
    tap.expect(not [n for n in needed if "lacuna" in n], f"it needs {needed}")


def a_wholly_static_program_links_the_archive():
    if SANITIZERS != "none":
        raise tap.Skip("sanitizers can't be linked statically")
    libs = command("pkg-config", "--static", "--libs", "lacuna").split()
    tap.expect(not build_and_run("static", ["-static", *libs]), "it needs shared libraries")


def programs_speak_from_any_folder():
    programs = [name for name in ("lacuna", "lacuna-cli")
                if os.path.exists(os.path.join(moved(), "bin", name))]
    tap.expect(programs, "no program was installed")
    for program in programs:
        speaks(os.path.join(moved(), "bin", program), ["--help"])


def json_is_the_same_in_every_language():
    """What scripts read is no language."""
    has_the_command_line()
    program = os.path.join(moved(), "bin", "lacuna-cli")
    maps = os.path.join(TOP, "tests", "fixtures", "maps", "static", "maps")
    for words in (["map", maps, "--json"], ["gaps", maps, "--json", "--rejected"],
                  ["map", maps, "--null"], ["gaps", maps, "--null", "--rejected"]):
        said = [subprocess.run([program, *words], capture_output=True, check=True, env=environment)
                .stdout for environment in (dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en"),
                                            with_language(os.environ))]
        said = [re.sub(rb'"taken": *"[^"]*"', b"", text) for text in said]
        tap.expect(said[0] and said[0] == said[1], f"{words} says {said[1][:400]!r}")


def the_bus_starts_the_program():
    """With the service file that was installed, which names a place that nothing is in here."""
    can_show_windows()
    program = os.path.join(moved(), "bin", "lacuna")
    services = os.path.join(ROOT, "bus", "dbus-1", "services")
    os.makedirs(services)
    with open(find("io.github.lacuna_project.Lacuna.service"), encoding="utf-8") as file:
        service = file.read()
    with open(os.path.join(services, "lacuna.service"), "w", encoding="utf-8") as file:
        file.write(re.sub(r"^Exec=\S+", "Exec=\"" + program.replace("\\", "/") + "\"", service,
                          flags=re.MULTILINE))
    maps = os.path.join(TOP, "tests", "fixtures", "maps", "static", "maps")
    result = on_a_display(ASK_THE_BUS, maps, program,
                          XDG_DATA_DIRS=os.path.join(ROOT, "bus") + ":/usr/local/share:/usr/share")
    tap.expect(result.stdout.split("\n")[:4] == ["open: 1", "action: 2", "activate: 3", "command: 5"],
               f"{result.stdout}{result.stderr}")


def the_window_opens_from_any_folder():
    has_the_window()
    opens(os.path.join(moved(), "bin", "lacuna"),
          [os.path.join(moved(), "share", "lacuna", "gschemas.compiled"),
           os.path.join(moved(), "share", "locale", "pseudo", "LC_MESSAGES", "lacuna.mo")])


def the_window_opens_from_the_build_folder():
    has_the_window()
    opens(os.path.join(BUILD, "src", "app", "lacuna"),
          [os.path.join(BUILD, "data", "gschemas.compiled"),
           os.path.join(BUILD, "po", "pseudo", "LC_MESSAGES", "lacuna.mo")])


if __name__ == "__main__":
    try:
        tap.run("/house/install", [
            it_installs,
            every_public_header_is_there_and_no_other,
            a_program_links_the_shared_library,
            a_program_links_the_archive,
            a_wholly_static_program_links_the_archive,
            programs_speak_from_any_folder,
            json_is_the_same_in_every_language,
            the_window_opens_from_any_folder,
            the_bus_starts_the_program,
            the_window_opens_from_the_build_folder,
        ])
    finally:
        shutil.rmtree(ROOT)
