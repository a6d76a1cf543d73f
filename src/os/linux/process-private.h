/* What a process is made of on Linux; shared by the files of this folder and their tests.
 *
 * The identity of a process is a file descriptor of its folder in /proc. It belongs to that very
 * process: once the process is gone every look-up through it fails, whether or not the PID has been
 * given to another one (fs/proc/base.c, proc_pid_revalidate). The start time is kept beside it, for
 * people and for folders that only look like /proc.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/process.h"

#include <sys/types.h>

/* The longest path that the kernel gives, with " (deleted)" after it. */
#define LAC_NAME_MAX (4096 + 16)

/* How often a reading is begun again because the process became another program meanwhile. */
#define LAC_MAX_ATTEMPTS 8

/* Whether the kernel answers point queries. */
enum lac_point_queries
{
  LAC_QUERIES_UNKNOWN,
  LAC_QUERIES_YES,
  LAC_QUERIES_NO,
};

struct lac_process
{
  /* The folder of the process, opened as a path only. */
  int directory;
  /* -1 when it was not opened yet; -2 when the kernel has none for this process. */
  int pidfd;
  /* The maps file that point queries are asked of; -1 when it was not opened yet. */
  int query_file;
  enum lac_point_queries queries;
  int32_t pid;
  /* As given; NULL for the system's own. */
  char *root;
  /* A process file system, not a folder that looks like one. */
  bool live;
  bool self;
  /* System calls take the PID for the same process as /proc does. */
  bool numbers_agree;
  /* The first thread has ended; the maps are read through another one. */
  bool through_threads;
  /* `start_time` is known. */
  bool identified;
  uint64_t start_time;
  /* What the kernel adds after the process's own regions, as the text showed it; empty when there
   * is nothing. Valid when `gate_known`. */
  bool gate_known;
  struct lac_region gate;
  char gate_name[16];
  /* How many regions there were the last time. */
  size_t last_regions;
  char *command_line;
};

/* Fields of /proc/PID/stat. */
struct lac_proc_stat
{
  int32_t pid;
  char name[64];
  char state;
  uint32_t flags;
  int64_t n_threads;
  int64_t exit_signal;
  uint64_t start_time;
  uint64_t start_stack;
  uint64_t start_break;
};

/* Numbers from /proc/PID/status. */
struct lac_proc_status
{
  int64_t process;
  uint32_t users[4];
  /* Sets of capabilities, a bit each; see capabilities(7). */
  uint64_t permitted;
  uint64_t effective;
};

/* Flags of a task (include/linux/sched.h). */
#define LAC_TASK_EXITING 0x00000004u
#define LAC_TASK_KERNEL_THREAD 0x00200000u

/* proc-file.c */

/* Reads a small file below @directory whole and terminates it. Returns its bytes, at most size - 1,
 * or an errno, negated. */
ssize_t lac_proc_read (int         directory,
                       const char *path,
                       char       *buffer,
                       size_t      size);

/* Parses the text of a stat file; false when it is none. Fields that are missing at its end are
 * 0. */
bool lac_proc_parse_stat (const char           *text,
                          size_t                length,
                          struct lac_proc_stat *out_stat);

/* Both return 0, or an errno. */
int lac_proc_read_stat (int                   directory,
                        struct lac_proc_stat *out_stat);
int lac_proc_read_status (int                     directory,
                          struct lac_proc_status *out_status);

/* Reads the arguments into a text of at most @size - 1 bytes as struct lac_process_facts has it. */
void lac_proc_read_command_line (int    directory,
                                 char  *buffer,
                                 size_t size);

/* Parses the text of an auxiliary vector: how wide its entries are, and the page size. */
bool lac_proc_parse_auxiliary_vector (const unsigned char *bytes,
                                      size_t               length,
                                      uint32_t            *out_pointer_bits,
                                      uint32_t            *out_page_size);

/* Finds the soft limit called @name in the text of a limits file. */
bool lac_proc_parse_limit (const char *text,
                           const char *name,
                           uint64_t   *out_limit);

/* process.c */

/* Reads the stat file and makes sure that it is still the same process; the first time it learns
 * who it is, and turns from a thread to its process. */
enum lac_status lac_process_identify (struct lac_process         *process,
                                      struct lac_proc_stat       *out_stat,
                                      struct lac_process_failure *out_failure);

/* Opens the root folder; an errno, negated, on failure. */
int lac_process_open_root (const char *root);

/* Fills in a failure, and returns its status. */
enum lac_status lac_process_fail (struct lac_process_failure *out_failure,
                                  enum lac_status             status,
                                  int                         system_error,
                                  const char                 *what);

/* space.c */

/* What is true of the address space. @stat as just read; NULL when the break need not be known.
 * With @quick the limits are asked by PID, which is right only if the process is known to have been
 * there afterwards. */
void lac_process_read_space (struct lac_process         *process,
                             const struct lac_proc_stat *stat,
                             bool                        quick,
                             struct lac_space           *out_space);

/* How wide pointers are by the program that the process runs: 64, 32, or 0 when it can't be read. With
 * CAP_SYS_PTRACE alone one may trace, and yet not open what only a process's owner may, as its auxiliary vector. */
uint32_t lac_process_pointer_bits_of_program (struct lac_process *process);

/* The bounds, the page size and the granularity of this process's own address space; the rest is left at
 * what is unknown. */
void lac_own_space (bool              high,
                    struct lac_space *out_space);

/* Bytes that the kernel keeps free below a stack. */
uint64_t lac_own_stack_guard (void);

/* refusal.c */

/* Says why a file of the process could not be opened or read: @error is the errno of that. */
enum lac_status lac_process_refused (struct lac_process         *process,
                                     int                         error,
                                     const char                 *what,
                                     struct lac_process_failure *out_failure);

/* Whether a file that is for @user alone can be opened, to be read and written (CAP_DAC_OVERRIDE). */
bool lac_process_may_open_files_of (uint32_t user);

/* Says why a process has no memory map: LAC_OK when it has one after all, having become another
 * program or being shown by another thread. @had_text says that a part of the map was read. */
enum lac_status lac_process_has_no_map (struct lac_process         *process,
                                        bool                        had_text,
                                        const char                 *what,
                                        struct lac_process_failure *out_failure);

/* read.c */

/* Opens maps or smaps, of another thread when the first one has ended. Returns the file, or an
 * errno, negated. */
int lac_process_open_maps (struct lac_process *process,
                           const char         *name);

/* Whether the memory map that @file was opened on is still that of anyone alive. */
bool lac_process_maps_are_alive (int file);

/* self-text.c */

/* Reads the whole text of @file into memory that was there before, and keeps others from doing the
 * same until lac_self_text_release(). Begins again when that memory is too small and had to
 * grow. */
enum lac_status lac_self_text_read (int                 file,
                                    const atomic_bool  *cancel,
                                    const char        **out_text,
                                    size_t             *out_length,
                                    int                *out_error);
void lac_self_text_release (void);

/* image.c */

/* What is needed to look into the files of a process. */
struct lac_image_context
{
  struct lac_process *process;
  /* The texts of mountinfo, ours and the process's; read when needed. */
  char *mounts[2];
  bool mounts_read[2];
  /* The process's own root folder: -1 when it was not opened yet, -2 when it can't be. */
  int root;
};

void lac_image_context_init (struct lac_image_context *context,
                             struct lac_process       *process);
void lac_image_context_clear (struct lac_image_context *context);

/* A lac_image_test; the user data is a struct lac_image_context. */
int lac_image_context_test (const struct lac_backing      *backing,
                            const struct lac_region_entry *first,
                            void                          *user_data);

/* Whether a file system of this type answers from this machine alone. */
bool lac_image_type_is_local (const char *type,
                              size_t      length);

/* Whether what @path, a path-only descriptor, stands for lies in a file system that a program serves (FUSE):
 * to look at it may take as long as that program likes, who may be hostile. @mount: (inout): the mount that was
 * found not to be one last, or 0. */
bool lac_image_may_wait_for_a_program (struct lac_process *process,
                                       int                 path,
                                       uint64_t           *mount);

/* query-text.c */

/* As an address: the last region of all. */
#define LAC_QUERY_LAST UINT64_MAX

/* Finds the first region of @file that ends above @address. */
enum lac_status lac_query_line (struct lac_process         *process,
                                int                         file,
                                uint64_t                    address,
                                struct lac_region_entry    *out_entry,
                                char                        name[LAC_NAME_MAX],
                                struct lac_process_failure *out_failure);

/* query.c */

/* Asks for one region of a map that was opened: LAC_OK, LAC_E_NOT_FOUND, LAC_E_NOT_SUPPORTED when
 * the kernel has no such query (or can't give this name), LAC_E_EXITED when that memory map is
 * gone, or LAC_E_SYSTEM with errno set. Without @name (NULL) the entry has none; that spares the
 * kernel the making of a path. */
enum lac_status lac_query_point (int                      file,
                                 uint64_t                 address,
                                 bool                     or_next,
                                 struct lac_region_entry *out_entry,
                                 char                    *name);

/* Turns an entry into a region of its own; it is an image when it is mapped executable from a
 * file. */
struct lac_region lac_query_region (const struct lac_region_entry *entry);

/* For tests: makes lac_process_query() and lac_process_refresh_range() do without point queries. */
void lac_process_forbid_point_queries (struct lac_process *process);
