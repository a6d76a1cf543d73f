/* System calls of a first call, without the C library's function for each.
 *
 * A program that gets its first buffer has mostly not used these functions yet. Each that is met for the first
 * time is looked up by the loader among all names of the C library, and often lies on a page of its own that
 * has to be mapped: together that took as long as the calls themselves. syscall(2) is looked up once for all
 * of them. What a sanitizer must know of, as mmap(2), is called in the usual way.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature) && !defined(__SANITIZE_THREAD__)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif

static inline pid_t
lac_call_getpid (void)
{
  return (pid_t) syscall (SYS_getpid);
}

static inline uid_t
lac_call_geteuid (void)
{
#ifdef SYS_geteuid32
  return (uid_t) syscall (SYS_geteuid32);
#else
  return (uid_t) syscall (SYS_geteuid);
#endif
}

/* ThreadSanitizer would take the next file of that number for this one. */
static inline void
lac_call_close (int file)
{
#ifdef __SANITIZE_THREAD__
  close (file);
#else
  syscall (SYS_close, file);
#endif
}

static inline int
lac_call_flock (int file,
                int operation)
{
  return (int) syscall (SYS_flock, file, operation);
}

static inline int
lac_call_madvise (void  *address,
                  size_t size,
                  int    advice)
{
  return (int) syscall (SYS_madvise, address, size, advice);
}

static inline int
lac_call_msync (void  *address,
                size_t size,
                int    flags)
{
  return (int) syscall (SYS_msync, address, size, flags);
}

/* Writes where the file stands, which is the start of one that was just opened. */
static inline ssize_t
lac_call_write_pieces (int                 file,
                       const struct iovec *pieces,
                       int                 n_pieces)
{
  return syscall (SYS_writev, file, pieces, n_pieces);
}

/* The quicker way, which makes no system call, leads over pages that have to be mapped first. */
static inline struct timespec
lac_call_get_time (clockid_t clock)
{
  struct timespec time = { 0 };

#if defined(__LP64__)
  syscall (SYS_clock_gettime, clock, &time);
#else
  clock_gettime (clock, &time);
#endif
  return time;
}

static inline int64_t
lac_call_wall_seconds (void)
{
  return lac_call_get_time (CLOCK_REALTIME).tv_sec;
}

static inline int
lac_call_get_limit (int              resource,
                    struct rlimit64 *out_limit)
{
  return (int) syscall (SYS_prlimit64, 0, resource, NULL, out_limit);
}

/* Only where the kernel's structure is the C library's for certain. */
static inline int
lac_call_stat (int          folder,
               const char  *path,
               struct stat *out_facts,
               int          flags)
{
#if (defined(__x86_64__) || defined(__aarch64__)) && defined(__LP64__)
  return (int) syscall (SYS_newfstatat, folder, path, out_facts, flags);
#else
  return fstatat (folder, path, out_facts, flags);
#endif
}

static inline int
lac_call_stat_file (int          file,
                    struct stat *out_facts)
{
#if (defined(__x86_64__) || defined(__aarch64__)) && defined(__LP64__)
  return (int) syscall (SYS_fstat, file, out_facts);
#else
  return fstat (file, out_facts);
#endif
}
