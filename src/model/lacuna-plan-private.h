/* What a plan is made of; filled in before anyone else sees it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-plan.h"

#include "os/remote.h"

G_BEGIN_DECLS

/* (transfer full): a plan that calls nothing yet. */
LacunaPlan *lacuna_plan_new           (void);

/* A thread would be stopped: @remote says which. */
void        lacuna_plan_set_remote    (LacunaPlan                   *self,
                                       const struct lac_remote_plan *remote);

void        lacuna_plan_set_place     (LacunaPlan                   *self,
                                       struct lac_range              range,
                                       unsigned                      protection);

/* Adds a call, in order. */
void        lacuna_plan_add_mmap      (LacunaPlan                   *self,
                                       struct lac_range              range,
                                       unsigned                      protection);
void        lacuna_plan_add_mprotect  (LacunaPlan                   *self,
                                       struct lac_range              range,
                                       unsigned                      protection);
void        lacuna_plan_add_munmap    (LacunaPlan                   *self,
                                       struct lac_range              range);

/* The calls that make a locator: the file at @path as the process names it, and a page of memory below its
 * stack, which is chosen when it comes to it. */
void        lacuna_plan_add_locator   (LacunaPlan                   *self,
                                       const char                   *path);

G_END_DECLS
