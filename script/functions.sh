# What the scripts share: where the repository is, and a build folder that is made once.
# Sourced, not run.
#
# SPDX-License-Identifier: MIT

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Names in maps and in reports are UTF-8, also where no language was chosen.
if [ -z "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ]; then export LC_ALL=C.UTF-8; fi

# configure FOLDER OPTION…: sets a build folder up, or changes its options when it exists. One that
# was left half made, or by another version of the build system, is made again.
configure () {
  local folder=$1
  shift
  if [ -e "$folder/meson-private/coredata.dat" ] && meson configure "$folder" "$@" >/dev/null 2>&1
  then
    return 0
  fi
  rm -rf "$folder/meson-private" "$folder/meson-info"
  meson setup "$folder" "$top" "$@"
}
