/* The names of users, as getpwuid_r(3) has them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/user.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/types.h>

/* POSIX gives no bound for an entry; one that is longer than this loses its name, no more. */
#define ENTRY_SIZE 4096

void
lac_user_name (uint32_t user,
               char    *out_name,
               size_t   size)
{
  char buffer[ENTRY_SIZE];
  struct passwd entry;
  struct passwd *found = NULL;

  if (getpwuid_r ((uid_t) user, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL
      && found->pw_name[0] != '\0')
    snprintf (out_name, size, "%s", found->pw_name);
  else
    snprintf (out_name, size, "%u", user);
}
