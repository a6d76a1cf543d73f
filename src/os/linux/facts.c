/* Who a process is: what a person needs to recognise it, and what its map needs beside its regions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "process-private.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND_LINE_SIZE 4097

enum lac_status
lac_process_get_facts (struct lac_process         *process,
                       struct lac_process_facts   *out_facts,
                       struct lac_process_failure *out_failure)
{
  struct lac_process_facts facts = { 0 };
  struct lac_proc_stat stat;
  struct lac_proc_status owner;
  enum lac_status status = lac_process_identify (process, &stat, out_failure);

  if (status != LAC_OK)
    return status;
  if (process->command_line == NULL)
    process->command_line = malloc (COMMAND_LINE_SIZE);
  if (process->command_line == NULL)
    return lac_process_fail (out_failure, LAC_E_NO_MEMORY, 0, "read /proc/PID/cmdline");

  facts.pid = process->pid;
  facts.start_time = stat.start_time;
  facts.state = stat.state;
  memcpy (facts.name, stat.name, sizeof facts.name);
  lac_process_read_space (process, &stat, false, &facts.space);
  if (lac_proc_read_status (process->directory, &owner) == 0)
    facts.user = owner.users[1];
  lac_proc_read_command_line (process->directory, process->command_line, COMMAND_LINE_SIZE);
  facts.command_line = process->command_line;

  /* The files were read one after another; they are one process's only if it is still there. */
  status = lac_process_identify (process, &stat, out_failure);
  if (status == LAC_OK)
    *out_facts = facts;
  return status;
}
