/* The names of users.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/**
 * lac_user_name:
 * @user: a user's number
 * @out_name: (out): their name, terminated, cut at @size; the number in decimal when they have none
 * @size: room in @out_name, in bytes; above 0
 *
 * May ask a directory service and so block: call it off a main thread, and keep the answer.
 *
 * Threads: any.
 */
void lac_user_name (uint32_t user,
                    char    *out_name,
                    size_t   size);
