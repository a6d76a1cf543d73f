/* Which files are programs, told from their first bytes in a live process: this one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/linux/process-private.h"
#include "victim.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct mapping
{
  char *path;
  void *address;
};

static void
map_file (struct mapping *mapping,
          const void     *contents,
          size_t          length,
          int             protection)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  int file = g_file_open_tmp ("lacuna-image-XXXXXX", &mapping->path, NULL);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (write (file, contents, length), ==, length);
  mapping->address = mmap (NULL, page, protection, MAP_PRIVATE, file, 0);
  g_assert_true (mapping->address != MAP_FAILED);
  close (file);
}

static void
unmap_file (struct mapping *mapping)
{
  munmap (mapping->address, (size_t) sysconf (_SC_PAGESIZE));
  g_unlink (mapping->path);
  g_free (mapping->path);
}

static enum lac_kind
kind_of (const void *address,
         unsigned    flags)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  const struct lac_region *regions;
  struct lac_map *map;
  size_t index, n_regions;
  enum lac_kind kind;

  g_assert_cmpint (lac_process_read_map (process, flags, NULL, &map, NULL), ==, LAC_OK);
  regions = lac_map_regions (map, &n_regions);
  index = lac_map_search (map, (uintptr_t) address);
  g_assert_cmpuint (index, <, n_regions);
  g_assert_cmphex (regions[index].start, ==, (uintptr_t) address);
  kind = regions[index].kind;
  lac_map_unref (map);
  lac_process_close (process);
  return kind;
}

static void
test_elf (void)
{
  struct mapping mapping;

  map_file (&mapping, "\177ELF\2\1\1", 7, PROT_READ);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "image");
  /* Remembered. */
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "image");
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, LAC_READ_NO_FILES)), ==, "file");
  unmap_file (&mapping);
}

static void
test_pe (void)
{
  unsigned char bytes[256] = { 'M', 'Z' };
  struct mapping mapping;

  bytes[0x3c] = 0x80;
  memcpy (bytes + 0x80, "PE\0\0", 4);
  map_file (&mapping, bytes, sizeof bytes, PROT_READ);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "image");
  unmap_file (&mapping);

  /* An old DOS program, and one whose header lies past the end. */
  memcpy (bytes + 0x80, "NE\0\0", 4);
  map_file (&mapping, bytes, sizeof bytes, PROT_READ);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "file");
  unmap_file (&mapping);
  bytes[0x3f] = 0xff;
  map_file (&mapping, bytes, sizeof bytes, PROT_READ);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "file");
  unmap_file (&mapping);
}

static void
test_other_files (void)
{
  struct mapping mapping;

  map_file (&mapping, "#!/bin/sh\n", 10, PROT_READ | PROT_EXEC);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "file");
  unmap_file (&mapping);
  map_file (&mapping, "\177E", 2, PROT_READ);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "file");
  unmap_file (&mapping);
}

/* What a file is may change; the time of its last change tells. */
static void
test_changed_file (void)
{
  struct mapping mapping;
  int file;

  map_file (&mapping, "text", 4, PROT_READ);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "file");
  g_usleep (20000);
  file = open (mapping.path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (pwrite (file, "\177ELF", 4, 0), ==, 4);
  close (file);
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "image");
  unmap_file (&mapping);
}

static void
test_deleted_file (void)
{
  struct mapping mapping;

  map_file (&mapping, "\177ELF\2\1\1", 7, PROT_READ);
  g_unlink (mapping.path);
  if (access ("/proc/self/map_files", R_OK | X_OK) == 0 && geteuid () == 0)
    g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "image");
  else
    g_test_skip ("a deleted file can be looked into with CAP_SYS_ADMIN only");
  unmap_file (&mapping);
}

/* Another file in the same place is not the one that is mapped. */
static void
test_replaced_file (void)
{
  struct mapping mapping;

  map_file (&mapping, "text", 4, PROT_READ);
  g_assert_true (g_file_set_contents (mapping.path, "\177ELF", 4, NULL));
  g_assert_cmpstr (lac_kind_name (kind_of (mapping.address, 0)), ==, "file");
  unmap_file (&mapping);
}

static void
test_executable_memory_file (void)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  int memory = (int) syscall (SYS_memfd_create, "code", 1u);
  void *address;

  g_assert_cmpint (memory, >=, 0);
  g_assert_cmpint (ftruncate (memory, (off_t) page), ==, 0);
  address = mmap (NULL, page, PROT_READ | PROT_EXEC, MAP_SHARED, memory, 0);
  g_assert_true (address != MAP_FAILED);
  g_assert_cmpstr (lac_kind_name (kind_of (address, 0)), ==, "shared");
  munmap (address, page);
  close (memory);
}

/* A process in another mount namespace, with a file that the reader's own root does not have. */
struct elsewhere
{
  pid_t pid;
  uint64_t address;
};

static int
kind_elsewhere (void *user_data)
{
  const struct elsewhere *elsewhere = user_data;
  struct lac_process *process = open_process (elsewhere->pid);
  struct lac_map *map = read_map (process);
  size_t index = lac_map_search (map, elsewhere->address);
  size_t n_regions;
  int kind = lac_map_regions (map, &n_regions)[index].kind;

  lac_map_unref (map);
  lac_process_close (process);
  return kind;
}

static void
live_elsewhere (const char *folder,
                int         ready)
{
  g_autofree char *path = g_build_filename (folder, "tool", NULL);
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  uint64_t address = 0;
  int file;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (unshare (CLONE_NEWNS) == 0 && mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
      && mount ("none", folder, "tmpfs", 0, NULL) == 0)
    {
      file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
      if (file >= 0 && write (file, "\177ELF", 4) == 4)
        address = (uintptr_t) mmap (NULL, page, PROT_READ, MAP_PRIVATE, file, 0);
      if (chmod (folder, 0755) != 0 || setgid (65534) != 0 || setuid (65534) != 0
          || prctl (PR_SET_DUMPABLE, 1) != 0)
        address = 0;
    }
  if (write (ready, &address, sizeof address) == sizeof address)
    for (;;)
      pause ();
  _exit (1);
}

static void
test_elsewhere (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *decoy = NULL;
  struct elsewhere elsewhere = { 0 };
  int ready[2];

  if (geteuid () != 0)
    {
      g_test_skip ("making a mount namespace takes root");
      return;
    }
  folder = g_dir_make_tmp ("lacuna-elsewhere-XXXXXX", NULL);
  decoy = g_build_filename (folder, "tool", NULL);
  /* What the reader finds under that path is another file. */
  g_assert_true (g_file_set_contents (decoy, "text", 4, NULL));
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  g_assert_cmpint (chmod (decoy, 0644), ==, 0);
  g_assert_cmpint (pipe2 (ready, O_CLOEXEC), ==, 0);
  elsewhere.pid = fork ();
  if (elsewhere.pid == 0)
    live_elsewhere (folder, ready[1]);
  g_assert_cmpint (read (ready[0], &elsewhere.address, sizeof elsewhere.address), ==,
                   sizeof elsewhere.address);
  if (elsewhere.address == 0)
    g_test_skip ("a mount namespace can't be made here");
  else
    {
      /* Without capabilities through the process's root, with them through map_files. */
      g_assert_cmpstr (lac_kind_name (run_as (65534, kind_elsewhere, &elsewhere)), ==, "image");
      g_assert_cmpstr (lac_kind_name (run_as (-1, kind_elsewhere, &elsewhere)), ==, "image");
    }
  kill (elsewhere.pid, SIGKILL);
  waitpid (elsewhere.pid, NULL, 0);
  close (ready[0]);
  close (ready[1]);
  g_unlink (decoy);
  g_rmdir (folder);
}

static void
test_local_types (void)
{
  const char *const local[] = { "ext4", "xfs", "btrfs", "tmpfs", "overlay" };
  const char *const remote[] = { "nfs", "nfs4", "cifs", "smb3", "fuse", "fuse.sshfs", "fuseblk", "9p",
                                 "ceph", "afs", "autofs", "virtiofs", "ext", "ext44", "" };

  for (size_t i = 0; i < G_N_ELEMENTS (local); i++)
    g_assert_true (lac_image_type_is_local (local[i], strlen (local[i])));
  for (size_t i = 0; i < G_N_ELEMENTS (remote); i++)
    g_assert_false (lac_image_type_is_local (remote[i], strlen (remote[i])));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/os/image/elf", test_elf);
  g_test_add_func ("/os/image/pe", test_pe);
  g_test_add_func ("/os/image/other-files-are-none", test_other_files);
  g_test_add_func ("/os/image/changed-file", test_changed_file);
  g_test_add_func ("/os/image/deleted-file", test_deleted_file);
  g_test_add_func ("/os/image/replaced-file", test_replaced_file);
  g_test_add_func ("/os/image/executable-memory-file-is-none", test_executable_memory_file);
  g_test_add_func ("/os/image/in-another-mount-namespace", test_elsewhere);
  g_test_add_func ("/os/image/local-types", test_local_types);
  return g_test_run ();
}
