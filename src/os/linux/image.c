/* Is a mapped file a program? Told from its first bytes, where looking can't block.
 *
 * A hung file server must not hang the reader, so each step is one that the kernel does from
 * memory, or from a disk of this machine: the path is looked up in the directory cache only
 * (openat2 with RESOLVE_CACHED; a mapped file's path is always in there), the file's facts are
 * those that the kernel has (AT_STATX_DONT_SYNC), and the file is opened only if it is an ordinary
 * one on a file system that is known to be local. Opening anything else can have effects: a tape
 * rewinds, a watchdog starts.
 *
 * A path in a map is relative to the reader's root, or to another one when the process lives in a
 * container; whether the right file was found is told by its inode number. A file that was deleted
 * or covered by a mount can be had through map_files, which takes a capability.
 *
 * What was found is remembered for the whole program by device, inode and the time of the last
 * change, so that a file is looked into once, and not once for each process that has it mapped.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

#define REMEMBERED 512

/* Larger than the mount table of any sane machine; what lies past it is not local. */
#define MOUNTS_MAX (4u << 20)

struct verdict
{
  uint64_t inode;
  int64_t changed_seconds;
  uint32_t changed_nanoseconds;
  uint32_t device_major;
  uint32_t device_minor;
  bool known;
  bool image;
};

static struct verdict verdicts[REMEMBERED];
static pthread_mutex_t verdicts_lock = PTHREAD_MUTEX_INITIALIZER;

static struct verdict
verdict_key (const struct statx *facts)
{
  return (struct verdict){
    .inode = facts->stx_ino,
    .changed_seconds = facts->stx_ctime.tv_sec,
    .changed_nanoseconds = facts->stx_ctime.tv_nsec,
    .device_major = facts->stx_dev_major,
    .device_minor = facts->stx_dev_minor,
  };
}

static struct verdict *
verdict_slot (const struct verdict *key)
{
  uint64_t hash = (key->inode * UINT64_C (0x9e3779b97f4a7c15))
                  ^ ((uint64_t) key->device_major << 20 | key->device_minor)
                        * UINT64_C (0xc2b2ae3d27d4eb4f);

  return &verdicts[(hash >> 32) % REMEMBERED];
}

static int
recall (const struct statx *facts)
{
  struct verdict key = verdict_key (facts);
  const struct verdict *slot = verdict_slot (&key);
  int image = -1;

  pthread_mutex_lock (&verdicts_lock);
  if (slot->known && slot->inode == key.inode && slot->device_major == key.device_major
      && slot->device_minor == key.device_minor && slot->changed_seconds == key.changed_seconds
      && slot->changed_nanoseconds == key.changed_nanoseconds)
    image = slot->image;
  pthread_mutex_unlock (&verdicts_lock);
  return image;
}

static void
remember (const struct statx *facts,
          bool                image)
{
  struct verdict key = verdict_key (facts);

  key.known = true;
  key.image = image;
  pthread_mutex_lock (&verdicts_lock);
  *verdict_slot (&key) = key;
  pthread_mutex_unlock (&verdicts_lock);
}

bool
lac_image_type_is_local (const char *type,
                         size_t      length)
{
  static const char *const local_types[] = {
    "bcachefs", "btrfs", "cramfs",  "devtmpfs",  "erofs",    "exfat", "ext2",   "ext3",     "ext4",
    "f2fs",     "hfs",   "hfsplus", "hugetlbfs", "iso9660",  "jffs2", "jfs",    "minix",    "msdos",
    "nilfs2",   "ntfs3", "overlay", "ramfs",     "reiserfs", "romfs", "rootfs", "squashfs", "tmpfs",
    "ubifs",    "udf",   "ufs",     "vfat",      "xfs",      "zfs",
  };

  for (size_t i = 0; i < sizeof local_types / sizeof *local_types; i++)
    if (strlen (local_types[i]) == length && memcmp (local_types[i], type, length) == 0)
      return true;
  return false;
}

/* File systems whose files have other device numbers in maps than in stat. */
static bool
has_two_devices (const char *type,
                 size_t      length)
{
  return (length == 5 && memcmp (type, "btrfs", 5) == 0)
         || (length == 7 && memcmp (type, "overlay", 7) == 0)
         || (length == 8 && memcmp (type, "bcachefs", 8) == 0);
}

static char *
read_mounts (int directory)
{
  size_t size = 16 * 1024;

  for (;;)
    {
      char *text = malloc (size);
      ssize_t length = text ? lac_proc_read (directory, "mountinfo", text, size) : -1;

      if (length < 0)
        {
          free (text);
          return NULL;
        }
      if ((size_t) length < size - 1 || size >= MOUNTS_MAX)
        return text;
      free (text);
      size *= 4;
    }
}

static const char *
context_mounts (struct lac_image_context *context,
                unsigned                  which)
{
  if (!context->mounts_read[which])
    {
      context->mounts_read[which] = true;
      if (which == 0)
        {
          int own = open ("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

          if (own >= 0)
            {
              context->mounts[which] = read_mounts (own);
              close (own);
            }
        }
      else
        context->mounts[which] = read_mounts (context->process->directory);
    }
  return context->mounts[which];
}

/* Finds the type of mount @id in a text as proc_pid_mountinfo(5) describes it: the number comes
 * first, the type after a lone hyphen. */
static const char *
find_mount_type (const char *mounts,
                 uint64_t    id,
                 size_t     *out_length)
{
  for (const char *line = mounts; line != NULL && *line != '\0';)
    {
      const char *end = strchr (line, '\n');

      if (strtoull (line, NULL, 10) == id)
        {
          const char *type = strstr (line, " - ");

          if (type == NULL || (end != NULL && type > end))
            return NULL;
          type += 3;
          *out_length = strcspn (type, " \n");
          return type;
        }
      line = end ? end + 1 : NULL;
    }
  return NULL;
}

static const char *
mount_type (struct lac_image_context *context,
            uint64_t                  id,
            size_t                   *out_length)
{
  for (unsigned which = 0; which < 2; which++)
    {
      const char *mounts = context_mounts (context, which);
      const char *type = mounts ? find_mount_type (mounts, id, out_length) : NULL;

      if (type != NULL)
        return type;
    }
  return NULL;
}

bool
lac_image_may_wait_for_a_program (struct lac_process *process,
                                  int                 path,
                                  uint64_t           *mount)
{
  struct lac_image_context context;
  struct statx facts;
  const char *type;
  size_t length;
  bool may_wait;

  if (statx (path, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &facts) != 0
      || !(facts.stx_mask & STATX_MNT_ID))
    return false;
  if (facts.stx_mnt_id == *mount)
    return false;
  lac_image_context_init (&context, process);
  type = mount_type (&context, facts.stx_mnt_id, &length);
  may_wait = type != NULL && length >= 4 && memcmp (type, "fuse", 4) == 0;
  lac_image_context_clear (&context);
  if (!may_wait)
    *mount = facts.stx_mnt_id;
  return may_wait;
}

static bool
read_exactly (int    file,
              void  *bytes,
              size_t size,
              off_t  offset)
{
  struct iovec part = { bytes, size };
  ssize_t n = preadv2 (file, &part, 1, offset, RWF_NOWAIT);

  /* The page is not in memory, or the file system can't tell; the disk is a local one. */
  if (n < 0 && (errno == EAGAIN || errno == EOPNOTSUPP || errno == ENOSYS))
    n = pread (file, bytes, size, offset);
  return n == (ssize_t) size;
}

/* ELF: the magic of elf(5). PE: "MZ", and at the place that offset 0x3c names, "PE\0\0"
 * (Microsoft's PE Format, "Signature (Image Only)"). */
static bool
begins_like_an_image (int file)
{
  unsigned char start[64];
  unsigned char signature[4];
  uint32_t place;

  if (!read_exactly (file, start, 4, 0))
    return false;
  if (memcmp (start, "\177ELF", 4) == 0)
    return true;
  if (start[0] != 'M' || start[1] != 'Z' || !read_exactly (file, start, sizeof start, 0))
    return false;
  place = (uint32_t) start[0x3c] | (uint32_t) start[0x3d] << 8 | (uint32_t) start[0x3e] << 16
          | (uint32_t) start[0x3f] << 24;
  return read_exactly (file, signature, sizeof signature, (off_t) place)
         && memcmp (signature, "PE\0\0", 4) == 0;
}

/* Opens what a path-only descriptor stands for, without another look-up. */
static int
reopen (int path)
{
  char name[sizeof "/proc/self/fd/-2147483648"];

  snprintf (name, sizeof name, "/proc/self/fd/%d", path);
  return open (name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int
open_cached (int         directory,
             const char *name)
{
#ifdef SYS_openat2
  struct open_how how = {
    .flags = O_PATH | O_CLOEXEC,
    .resolve = RESOLVE_CACHED | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };

  return (int) syscall (SYS_openat2, directory, name, &how, sizeof how);
#else
  errno = ENOSYS;
  return -1;
#endif
}

/* The ways to a mapped file, the cheapest first. */
enum way
{
  WAY_OWN_ROOT,
  WAY_MAP_FILES,
  WAY_ITS_ROOT,
  N_WAYS
};

static int
open_way (struct lac_image_context      *context,
          enum way                       way,
          const struct lac_backing      *backing,
          const struct lac_region_entry *first)
{
  char name[sizeof "map_files/" + 2 * 16 + 1];

  switch (way)
    {
    case WAY_OWN_ROOT:
      return backing->deleted ? -1 : open_cached (AT_FDCWD, backing->name);

    case WAY_MAP_FILES:
      snprintf (name, sizeof name, "map_files/%llx-%llx", (unsigned long long) first->start,
                (unsigned long long) first->end);
      return openat (context->process->directory, name, O_PATH | O_CLOEXEC);

    case WAY_ITS_ROOT:
      if (backing->deleted)
        return -1;
      if (context->root == -1)
        {
          context->root = openat (context->process->directory, "root",
                                  O_PATH | O_DIRECTORY | O_CLOEXEC);
          if (context->root < 0)
            context->root = -2;
        }
      return context->root < 0 ? -1 : open_cached (context->root, backing->name + 1);

    case N_WAYS:
    default:
      return -1;
    }
}

/* What one way leads to: as a lac_image_test, and -2 when it is not the file in question. */
static int
test_opened (struct lac_image_context *context,
             const struct lac_backing *backing,
             int                       path)
{
  struct statx facts;
  const char *type;
  size_t type_length;
  bool same_device;
  int image;
  int file;

  if (statx (path, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_MNT_ID,
             &facts) != 0
      || facts.stx_ino != backing->inode)
    return -2;
  same_device = facts.stx_dev_major == backing->device_major
                && facts.stx_dev_minor == backing->device_minor;
  if (same_device)
    {
      if (!S_ISREG (facts.stx_mode))
        return 0;
      image = recall (&facts);
      if (image >= 0)
        return image;
    }

  if (!(facts.stx_mask & STATX_MNT_ID))
    return -1;
  type = mount_type (context, facts.stx_mnt_id, &type_length);
  if (type == NULL)
    {
      /* In a root that is no mount point (chroot) the mount of most files is not listed. What lies
       * on a block device is on this machine; network file systems have devices of major number 0.
       * The one exception, FUSE on a block device, would have to hang inside a chroot. */
      if (!same_device || facts.stx_dev_major == 0)
        return -1;
    }
  else
    {
      if (!lac_image_type_is_local (type, type_length))
        return -1;
      if (!same_device && !has_two_devices (type, type_length))
        return -2;
    }
  if (!S_ISREG (facts.stx_mode))
    return 0;
  image = recall (&facts);
  if (image >= 0)
    return image;

  file = reopen (path);
  if (file < 0)
    return -1;
  image = begins_like_an_image (file);
  close (file);
  remember (&facts, image);
  return image;
}

void
lac_image_context_init (struct lac_image_context *context,
                        struct lac_process       *process)
{
  *context = (struct lac_image_context){ .process = process, .root = -1 };
}

void
lac_image_context_clear (struct lac_image_context *context)
{
  free (context->mounts[0]);
  free (context->mounts[1]);
  if (context->root >= 0)
    close (context->root);
}

int
lac_image_context_test (const struct lac_backing      *backing,
                        const struct lac_region_entry *first,
                        void                          *user_data)
{
  struct lac_image_context *context = user_data;

  if (backing->name_length == 0 || backing->name[0] != '/')
    return -1;
  for (enum way way = 0; way < N_WAYS; way++)
    {
      int path = open_way (context, way, backing, first);
      int image;

      if (path < 0)
        continue;
      image = test_opened (context, backing, path);
      close (path);
      if (image != -2)
        return image;
    }
  return -1;
}
