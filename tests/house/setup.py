#!/usr/bin/env python3
"""script/setup installs what is missing, once, and says plainly when it can't.

It is run with a PATH that holds a package manager of paper: what it is asked is written down, and
what it answers is told by files. (That the real packages are the right ones is found out on a
machine that has none of them; see HACKING.md.)

SPDX-License-Identifier: MIT
"""

import os
import re
import shutil
import subprocess
import tempfile

import tap

SETUP = os.path.join(os.environ["LACUNA_SOURCE_DIR"], "script", "setup")
BORROWED = ("bash", "env", "cat", "sed", "sort", "mktemp", "rm")

DPKG_QUERY = r"""#!/bin/bash
shift 2
for package; do
  if [ -e "$PAPER/installed/$package" ]; then echo "ii  $package"; fi
done
"""
APT_GET = r"""#!/bin/bash
echo "apt-get $*" >>"$PAPER/asked"
echo "$DEBIAN_FRONTEND" >"$PAPER/frontend"
case $1 in
  update) : >"$PAPER/lists" ;;
  install)
    if [ ! -e "$PAPER/lists" ]; then echo "E: Unable to locate package" >&2; exit 100; fi
    for word; do
      case $word in -* | Dpkg* | install) ;; *) : >"$PAPER/installed/$word" ;; esac
    done
    ;;
esac
"""
SUDO = r"""#!/bin/bash
echo "sudo $*" >>"$PAPER/asked"
while [ "${1#-}" != "$1" ]; do shift; done
exec "$@"
"""


class Paper:
    """A machine of paper: @user's number, whether the package lists are there, what it has."""

    def __init__(self, user=0, lists=True, tools=("dpkg-query", "apt-get")):
        self.folder = tempfile.mkdtemp(prefix="lacuna-setup-")
        self.user = user
        os.makedirs(self.path("bin"))
        os.makedirs(self.path("installed"))
        for name in BORROWED:
            os.symlink(shutil.which(name), self.path("bin", name))
        programs = {"dpkg-query": DPKG_QUERY, "apt-get": APT_GET, "sudo": SUDO}
        for name in tools:
            self.write_program(name, programs[name])
        self.write_program("id", f"#!/bin/bash\necho {user}\n")
        if lists:
            open(self.path("lists"), "w", encoding="utf-8").close()

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write_program(self, name, text):
        with open(self.path("bin", name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path("bin", name), 0o755)

    def setup(self, *arguments):
        return subprocess.run(
            [shutil.which("bash"), SETUP, *arguments], stdin=subprocess.DEVNULL, check=False,
            env={"PATH": self.path("bin"), "PAPER": self.folder, "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True)

    def asked(self):
        try:
            with open(self.path("asked"), encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def installed(self):
        return set(os.listdir(self.path("installed")))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def expect_success(result):
    tap.expect(result.returncode == 0, f"status {result.returncode}: {result.stdout}{result.stderr}")


def what_is_missing_is_installed_without_questions():
    with Paper() as paper:
        expect_success(paper.setup())
        tap.expect({"gcc", "meson", "libgtk-4-dev", "libgtk-4-bin"} <= paper.installed(),
                   f"installed {sorted(paper.installed())}")
        with open(paper.path("frontend"), encoding="utf-8") as file:
            tap.expect(file.read().strip() == "noninteractive", "a package could ask a question")
        asked = paper.asked()
        tap.expect(len(asked) == 1 and " -y " in asked[0] and "--no-install-recommends" in asked[0],
                   f"asked {asked}")


def a_second_run_asks_nobody():
    with Paper() as paper:
        expect_success(paper.setup("--tests", "--bench"))
        os.remove(paper.path("asked"))
        for arguments in ((), ("--tests",), ("--bench",), ("--tests", "--bench")):
            expect_success(paper.setup(*arguments))
        tap.expect(not paper.asked(), f"asked {paper.asked()}")


def only_what_is_missing_is_installed():
    with Paper() as paper:
        expect_success(paper.setup("--tests"))
        os.remove(paper.path("asked"))
        os.remove(paper.path("installed", "xvfb"))
        expect_success(paper.setup("--tests"))
        words = paper.asked()[0].split()
        tap.expect(words[-1] == "xvfb" and "gcc" not in words, f"asked {paper.asked()}")


def tests_and_benchmarks_are_groups_of_their_own():
    with Paper() as paper:
        expect_success(paper.setup())
        plain = paper.installed()
        expect_success(paper.setup("--bench"))
        bench = paper.installed()
        expect_success(paper.setup("--tests"))
        tap.expect("python3-psutil" in bench - plain, f"benchmarks added {sorted(bench - plain)}")
        tap.expect("clang" in paper.installed() - bench, "the tests added no clang")


def package_lists_are_fetched_when_they_are_needed():
    with Paper(lists=False) as paper:
        expect_success(paper.setup())
        commands = [line.split()[1] for line in paper.asked()]
        tap.expect(commands == ["install", "update", "install"], f"asked {paper.asked()}")


def an_ordinary_user_uses_sudo_that_does_not_wait():
    with Paper(user=1000, tools=("dpkg-query", "apt-get", "sudo")) as paper:
        expect_success(paper.setup())
        tap.expect(paper.asked()[0].startswith("sudo -n "), f"asked {paper.asked()}")


def without_sudo_it_says_what_root_has_to_type():
    with Paper(user=1000) as paper:
        result = paper.setup()
        tap.expect(result.returncode == 1 and not paper.asked(), f"asked {paper.asked()}")
        tap.expect("no sudo" in result.stderr, result.stderr)
        tap.expect(re.search(r"apt-get install .*\blibgtk-4-dev\b", result.stderr), result.stderr)


def another_system_is_told_what_is_needed():
    with Paper(tools=()) as paper:
        result = paper.setup()
        tap.expect(result.returncode == 1 and "no Debian" in result.stderr, result.stderr)
        tap.expect("libgtk-4-dev" in result.stderr, result.stderr)


def a_failed_installation_fails_with_its_reason():
    with Paper() as paper:
        paper.write_program("apt-get", "#!/bin/bash\necho 'E: the disk is full' >&2\nexit 100\n")
        result = paper.setup()
        tap.expect(result.returncode == 1 and "E: the disk is full" in result.stderr, result.stderr)


def an_unknown_option_is_refused():
    with Paper() as paper:
        result = paper.setup("--test")
        tap.expect(result.returncode == 2 and "script/setup --tests" in result.stderr, result.stderr)


if __name__ == "__main__":
    tap.run("/house/setup", [
        what_is_missing_is_installed_without_questions,
        a_second_run_asks_nobody,
        only_what_is_missing_is_installed,
        tests_and_benchmarks_are_groups_of_their_own,
        package_lists_are_fetched_when_they_are_needed,
        an_ordinary_user_uses_sudo_that_does_not_wait,
        without_sudo_it_says_what_root_has_to_type,
        another_system_is_told_what_is_needed,
        a_failed_installation_fails_with_its_reason,
        an_unknown_option_is_refused,
    ])
