#!/usr/bin/env python3
"""The last line of .ci/run tells the truth, above all when something broke before it could speak.

SPDX-License-Identifier: MIT
"""

import json
import os
import subprocess
import sys
import tempfile

import tap

SUMMARY = os.path.join(os.environ["LACUNA_SOURCE_DIR"], ".ci", "summary")


def sum_up(tests, *options):
    """Runs .ci/summary on one log; returns its last line, all it said, and whether it was content."""
    with tempfile.TemporaryDirectory() as folder:
        logs = os.path.join(folder, "build-some", "meson-logs")
        os.makedirs(logs)
        path = os.path.join(logs, "testlog.json")
        if tests is not None:
            with open(path, "w", encoding="utf-8") as file:
                for test in tests:
                    file.write(json.dumps(test) + "\n")
        result = subprocess.run([sys.executable, SUMMARY, *options, path],
                                capture_output=True, text=True, check=False)
        lines = result.stdout.splitlines()
        return (lines or [""])[-1], result.stdout, result.returncode == 0


def test(stdout, result="OK", name="lacuna:core+concurrent / gap"):
    return {"name": name, "stdout": stdout, "result": result}


def expect_sum(wanted, content, tests, *options):
    last, said, was_content = sum_up(tests, *options)
    tap.expect((last, was_content) == (wanted, content), f"wanted {wanted}, content: {content}; got:\n{said}")
    return said


def cases_are_counted_not_programs():
    expect_sum("3 passed, 0 failed, 0 skipped", True, [
        test("TAP version 13\n# random seed: R02\n1..2\nok 1 /gap/a\nok 2 /gap/b\n"),
        test("1..1\nok 1 - /map/a\n", name="map"),
    ])


def skips_are_counted_with_their_reason():
    said = expect_sum("1 passed, 0 failed, 2 skipped", True, [
        test("1..2\nok 1 /gap/a\nok 2 /gap/b # SKIP needs Linux 6.11\n"),
        test("no display\n", "SKIP", "window"),
    ])
    tap.expect("needs Linux 6.11" in said and "no display" in said, said)


def a_failed_case_is_one_failure():
    said = expect_sum("1 passed, 1 failed, 0 skipped", False,
                      [test("1..2\nok 1 /gap/a\nnot ok 2 /gap/b\n", "FAIL")])
    tap.expect("failed: build-some: gap: /gap/b\n" in said, said)


def a_crash_counts_although_its_cases_passed():
    expect_sum("1 passed, 1 failed, 0 skipped", False, [test("1..2\nok 1 /gap/a\n", "ERROR")])


def a_timeout_counts():
    expect_sum("0 passed, 1 failed, 0 skipped", False, [test("", "TIMEOUT")])


def a_missing_log_counts():
    expect_sum("0 passed, 1 failed, 0 skipped", False, None)


def a_log_without_tests_counts():
    expect_sum("0 passed, 1 failed, 0 skipped", False, [])


def a_broken_stage_counts_although_all_tests_passed():
    expect_sum("1 passed, 1 failed, 0 skipped", False, [test("1..1\nok 1 /gap/a\n")],
               "--broken=every test")


def only_skips_are_no_success():
    expect_sum("0 passed, 0 failed, 1 skipped", False, [test("1..1\nok 1 /gap/a # SKIP no\n")])


if __name__ == "__main__":
    tap.run("/house/summary", [
        cases_are_counted_not_programs,
        skips_are_counted_with_their_reason,
        a_failed_case_is_one_failure,
        a_crash_counts_although_its_cases_passed,
        a_timeout_counts,
        a_missing_log_counts,
        a_log_without_tests_counts,
        a_broken_stage_counts_although_all_tests_passed,
        only_skips_are_no_success,
    ])
