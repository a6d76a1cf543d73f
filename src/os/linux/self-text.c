/* Reading one's own map without changing it.
 *
 * If the buffer grew while the text is read, the text would show the address space of a moment ago
 * in its first half and another one in its second. So the text goes into memory that is there
 * before the first byte is read. When that turns out too small, a larger piece is mapped and
 * everything is read again. The piece is kept, so that the next reading finds it there, unless it
 * is so large that nobody should hold it for good; then each reading maps it before the first byte
 * that counts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

/* Some 2,500 regions. Untouched pages of it take no memory. */
static char first_text[256 * 1024];

/* What is kept at most: some 150,000 regions. */
#define KEPT_SIZE ((size_t) 16 << 20)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *text = first_text;
static size_t text_size = sizeof first_text;

static bool
grow (void)
{
  size_t size = text_size * 2;
  void *larger = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (larger == MAP_FAILED)
    return false;
  if (text != first_text)
    munmap (text, text_size);
  text = larger;
  text_size = size;
  return true;
}

static void
give_back (void)
{
  if (text_size <= KEPT_SIZE)
    return;
  munmap (text, text_size);
  text = first_text;
  text_size = sizeof first_text;
}

enum lac_status
lac_self_text_read (int                 file,
                    const atomic_bool  *cancel,
                    const char        **out_text,
                    size_t             *out_length,
                    int                *out_error)
{
  enum lac_status status = LAC_OK;
  size_t length = 0;

  pthread_mutex_lock (&lock);
  for (;;)
    {
      ssize_t n;

      if (cancel != NULL && atomic_load_explicit (cancel, memory_order_relaxed))
        {
          status = LAC_E_CANCELLED;
          break;
        }
      if (length == text_size)
        {
          if (!grow ())
            {
              status = LAC_E_NO_MEMORY;
              *out_error = ENOMEM;
              break;
            }
          length = 0;
        }
      n = pread (file, text + length, text_size - length, (off_t) length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          *out_error = errno;
          status = LAC_E_SYSTEM;
          break;
        }
      if (n == 0)
        break;
      length += (size_t) n;
    }

  if (status != LAC_OK)
    {
      give_back ();
      pthread_mutex_unlock (&lock);
      return status;
    }
  *out_text = text;
  *out_length = length;
  return LAC_OK;
}

void
lac_self_text_release (void)
{
  give_back ();
  pthread_mutex_unlock (&lock);
}
