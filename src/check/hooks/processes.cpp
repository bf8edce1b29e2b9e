// Other processes, and what belongs to several: starting them, waiting for them, named semaphores and queues, timers
// of the kernel. None of it can be explored.
#include <aio.h>
#include <mqueue.h>
#include <sched.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hooks/outside.h"

using namespace lockstep::runtime;

namespace {

constexpr u32 kMaxArguments = 1024;

// The arguments of execl and its relatives as an array; what follows the null (execle's environment) is left in list.
#define COLLECT_ARGUMENTS(array, first, list)                             \
  char* array[kMaxArguments + 1];                                         \
  array[0] = const_cast<char*>(first);                                    \
  for (u32 i = 0; array[i]; ++i) {                                        \
    array[i + 1] = i + 1 < kMaxArguments ? va_arg(list, char*) : nullptr; \
  }

#define NEW_PROCESS "a new process cannot be explored; test the threads of one process without it"
#define REPLACED "the program would be replaced by another; leave that out of the test"
#define CHILD "waiting for a child process is not modelled; test the threads of one process without it"
#define TIMER                                                                                                          \
  "signals and timers of the kernel come at a real time; use a thread with sleep_until or a timed wait, which follow " \
  "virtual time"
#define SHARED "it is shared with other processes; use one in memory (sem_init, or a mutex and a condition variable)"

}  // namespace

LOCKSTEP_REFUSED(pid_t, fork, (), (), NEW_PROCESS)
LOCKSTEP_EXPORT pid_t _Fork() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(_Fork)());
  outside::refuse("_Fork", NEW_PROCESS, pc);
}
// Outside of executions a fork is as good: a wrapper cannot share its frame with the child.
LOCKSTEP_EXPORT pid_t vfork() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(fork)());
  outside::refuse("vfork", NEW_PROCESS, pc);
}
LOCKSTEP_EXPORT int clone(int (*function)(void*), void* stack, int flags, void* argument, ...) {
  va_list list;
  va_start(list, argument);
  pid_t* parent = va_arg(list, pid_t*);
  void* tls = va_arg(list, void*);
  pid_t* child = va_arg(list, pid_t*);
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(clone)(function, stack, flags, argument, parent, tls, child));
  outside::refuse("clone", NEW_PROCESS, pc);
}
LOCKSTEP_REFUSED(int, daemon, (int nochdir, int noclose), (nochdir, noclose), NEW_PROCESS)
LOCKSTEP_REFUSED(int, posix_spawn,
                 (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,
                  const posix_spawnattr_t* attr, char* const argv[], char* const envp[]),
                 (pid, path, actions, attr, argv, envp), NEW_PROCESS)
LOCKSTEP_REFUSED(int, posix_spawnp,
                 (pid_t * pid, const char* file, const posix_spawn_file_actions_t* actions,
                  const posix_spawnattr_t* attr, char* const argv[], char* const envp[]),
                 (pid, file, actions, attr, argv, envp), NEW_PROCESS)
LOCKSTEP_REFUSED(FILE*, popen, (const char* command, const char* mode), (command, mode), NEW_PROCESS)
LOCKSTEP_EXPORT int system(const char* command) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(system)(command));
  if (!command) return 1;  // asks whether there is a shell
  outside::refuse("system", NEW_PROCESS, pc);
}

LOCKSTEP_REFUSED(int, execve, (const char* path, char* const argv[], char* const envp[]), (path, argv, envp), REPLACED)
LOCKSTEP_REFUSED(int, execv, (const char* path, char* const argv[]), (path, argv), REPLACED)
LOCKSTEP_REFUSED(int, execvp, (const char* file, char* const argv[]), (file, argv), REPLACED)
LOCKSTEP_REFUSED(int, execvpe, (const char* file, char* const argv[], char* const envp[]), (file, argv, envp), REPLACED)
LOCKSTEP_REFUSED(int, fexecve, (int fd, char* const argv[], char* const envp[]), (fd, argv, envp), REPLACED)
LOCKSTEP_REFUSED(int, execveat, (int fd, const char* path, char* const argv[], char* const envp[], int flags),
                 (fd, path, argv, envp, flags), REPLACED)
LOCKSTEP_EXPORT int execl(const char* path, const char* argument, ...) {
  va_list list;
  va_start(list, argument);
  COLLECT_ARGUMENTS(argv, argument, list)
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(execv)(path, argv));
  outside::refuse("execl", REPLACED, pc);
}
LOCKSTEP_EXPORT int execlp(const char* file, const char* argument, ...) {
  va_list list;
  va_start(list, argument);
  COLLECT_ARGUMENTS(argv, argument, list)
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(execvp)(file, argv));
  outside::refuse("execlp", REPLACED, pc);
}
LOCKSTEP_EXPORT int execle(const char* path, const char* argument, ...) {
  va_list list;
  va_start(list, argument);
  COLLECT_ARGUMENTS(argv, argument, list)
  char* const* envp = va_arg(list, char* const*);
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(execve)(path, argv, envp));
  outside::refuse("execle", REPLACED, pc);
}

LOCKSTEP_REFUSED(pid_t, wait, (int* status), (status), CHILD)
LOCKSTEP_REFUSED(pid_t, waitpid, (pid_t pid, int* status, int options), (pid, status, options), CHILD)
LOCKSTEP_REFUSED(pid_t, wait3, (int* status, int options, rusage* usage), (status, options, usage), CHILD)
LOCKSTEP_REFUSED(pid_t, wait4, (pid_t pid, int* status, int options, rusage* usage), (pid, status, options, usage),
                 CHILD)
LOCKSTEP_REFUSED(int, waitid, (idtype_t type, id_t id, siginfo_t* info, int options), (type, id, info, options), CHILD)
LOCKSTEP_EXPORT long ptrace(__ptrace_request request, ...) {
  va_list list;
  va_start(list, request);
  pid_t pid = va_arg(list, pid_t);
  void* address = va_arg(list, void*);
  void* data = va_arg(list, void*);
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(ptrace)(request, pid, address, data));
  outside::refuse("ptrace", "tracing other processes is not modelled; leave that out of the test", pc);
}

// The objects that have to be opened are refused there, so their other operations are never reached.
LOCKSTEP_EXPORT sem_t* sem_open(const char* name, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  unsigned value = va_arg(list, unsigned);
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sem_open)(name, flags, mode, value));
  outside::refuse("sem_open", SHARED, pc);
}
LOCKSTEP_EXPORT mqd_t mq_open(const char* name, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  mq_attr* attributes = va_arg(list, mq_attr*);
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(mq_open)(name, flags, mode, attributes));
  outside::refuse("mq_open", SHARED, pc);
}
LOCKSTEP_REFUSED(int, semget, (key_t key, int count, int flags), (key, count, flags), SHARED)
LOCKSTEP_REFUSED(int, msgget, (key_t key, int flags), (key, flags), SHARED)

LOCKSTEP_REFUSED(int, timer_create, (clockid_t clock, sigevent* event, timer_t* timer), (clock, event, timer), TIMER)
LOCKSTEP_REFUSED(int, timerfd_create, (clockid_t clock, int flags), (clock, flags), TIMER)
LOCKSTEP_EXPORT unsigned alarm(unsigned seconds) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(alarm)(seconds));
  if (seconds == 0) return 0;  // none can be running
  outside::refuse("alarm", TIMER, pc);
}
LOCKSTEP_EXPORT useconds_t ualarm(useconds_t first, useconds_t interval) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(ualarm)(first, interval));
  if (first == 0) return 0;
  outside::refuse("ualarm", TIMER, pc);
}
LOCKSTEP_EXPORT int setitimer(__itimer_which_t which, const itimerval* value, itimerval* old) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(setitimer)(which, value, old));
  if (value && (value->it_value.tv_sec || value->it_value.tv_usec)) outside::refuse("setitimer", TIMER, pc);
  if (old) fill_bytes(old, 0, sizeof *old);
  return 0;
}

#define BEHIND "the C library does it in threads of its own that cannot be explored; use a std::thread"
LOCKSTEP_REFUSED(int, aio_read, (aiocb * block), (block), BEHIND)
LOCKSTEP_REFUSED(int, aio_write, (aiocb * block), (block), BEHIND)
LOCKSTEP_REFUSED(int, aio_fsync, (int operation, aiocb* block), (operation, block), BEHIND)
LOCKSTEP_REFUSED(int, lio_listio, (int mode, aiocb* const list[], int n, sigevent* event), (mode, list, n, event),
                 BEHIND)
