/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* bytes of address space beside the file: poppler takes some 100 MB for a large scan */
#define MEMORY_BYTES (1024ull * 1024 * 1024)
/* of processor time; a book of 1,000 pages takes about ten */
#define CPU_SECONDS 60
#define MAX_FILES 64
#define NICENESS 19

static gboolean
limit (int resource, rlim_t value)
{
  const struct rlimit both = { value, value };

  return setrlimit (resource, &both) == 0;
}

static gboolean
set_limits (gsize input_bytes)
{
  setpriority (PRIO_PROCESS, 0, NICENESS);
#if !defined(__SANITIZE_ADDRESS__) /* which maps 16 TiB */
  if (!limit (RLIMIT_AS, MEMORY_BYTES + input_bytes))
    return FALSE;
#endif
  return limit (RLIMIT_CPU, CPU_SECONDS) && limit (RLIMIT_CORE, 0) && limit (RLIMIT_FSIZE, 0) &&
         limit (RLIMIT_NOFILE, MAX_FILES) && limit (RLIMIT_NPROC, 0);
}

/* ---- files: only those of the system, only to be read ---- */

static void
allow_below (int ruleset, const char *path)
{
  struct landlock_path_beneath_attr rule = { LANDLOCK_ACCESS_FS_READ_FILE |
                                             LANDLOCK_ACCESS_FS_READ_DIR };

  rule.parent_fd = open (path, O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0)
    return;
  syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close (rule.parent_fd);
}

/* Kernels before 5.13 do not know it; what else is set up holds there. */
static void
close_files (void)
{
  /* everything that the first version knows */
  const struct landlock_ruleset_attr all = { (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 };
  int ruleset = (int) syscall (SYS_landlock_create_ruleset, &all, sizeof all, 0);

  if (ruleset < 0)
    return;
  allow_below (ruleset, "/usr/share");
  allow_below (ruleset, "/usr/lib");
  allow_below (ruleset, "/lib");
  syscall (SYS_landlock_restrict_self, ruleset, 0);
  close (ruleset);
}

/* ---- system calls: those that computing and reading need ---- */

static const int allowed[] = {
  SCMP_SYS (brk),
  SCMP_SYS (clock_getres),
  SCMP_SYS (clock_gettime),
  SCMP_SYS (close),
  SCMP_SYS (exit),
  SCMP_SYS (exit_group),
  SCMP_SYS (faccessat),
  SCMP_SYS (faccessat2),
  SCMP_SYS (fcntl),
  SCMP_SYS (fstat),
  SCMP_SYS (fstat64),
  SCMP_SYS (futex),
  SCMP_SYS (getdents64),
  SCMP_SYS (getpid),
  SCMP_SYS (getrandom),
  SCMP_SYS (getrlimit),
  SCMP_SYS (getrusage),
  SCMP_SYS (gettid),
  SCMP_SYS (gettimeofday),
  SCMP_SYS (getuid),
  SCMP_SYS (lseek),
  SCMP_SYS (_llseek),
  SCMP_SYS (madvise),
  SCMP_SYS (mmap),
  SCMP_SYS (mmap2),
  SCMP_SYS (mprotect),
  SCMP_SYS (mremap),
  SCMP_SYS (munmap),
  SCMP_SYS (newfstatat),
  SCMP_SYS (pread64),
  SCMP_SYS (read),
  SCMP_SYS (readlink),
  SCMP_SYS (readlinkat),
  SCMP_SYS (restart_syscall),
  SCMP_SYS (rseq),
  SCMP_SYS (rt_sigaction),
  SCMP_SYS (rt_sigprocmask),
  SCMP_SYS (rt_sigreturn),
  SCMP_SYS (sched_getaffinity),
  SCMP_SYS (sched_yield),
  SCMP_SYS (set_robust_list),
  SCMP_SYS (sigaltstack),
  SCMP_SYS (stat),
  SCMP_SYS (statx),
  SCMP_SYS (sysinfo),
  SCMP_SYS (tgkill),
  SCMP_SYS (write),
  SCMP_SYS (writev),
};

/* What is not listed fails with EPERM: a library that tries something goes on without it. */
static gboolean
close_system_calls (void)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (EPERM));
  int             code;

  if (filter == NULL)
    return FALSE;
  /* a call that this machine does not have needs no rule */
  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed[i], 0);
  seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (openat), 1,
                    SCMP_A2 (SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
  code = seccomp_load (filter);
  seccomp_release (filter);
  /* a kernel without filters: all the rest holds */
  return code == 0 || code == -EINVAL || code == -ENOSYS;
}

gboolean
tkb_fence_enter (gsize input_bytes)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
      !set_limits (input_bytes))
    return FALSE;
  close_files ();
  return close_system_calls ();
}
