/* The toolkit's headers, compiled once for all files of the window: reading them anew takes longer than
 * what follows them. Meson has every file begin with it, so nobody includes it; a build with
 * -Db_pch=false shows who forgot to include what they use.
 *
 * SPDX-License-Identifier: MIT
 */
#include <adwaita.h>
