// How many processors there are and which one a thread is on: the same on every machine. And scheduling parameters,
// which the explorer decides about.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "hooks/hook.h"

using namespace lockstep::runtime;

namespace {

constexpr int kProcessors = 2;

void all_processors(std::size_t size, cpu_set_t* set) {
  fill_bytes(set, 0, size);
  if (size) *reinterpret_cast<u8*>(set) = (1 << kProcessors) - 1;
}

}  // namespace

LOCKSTEP_EXPORT int get_nprocs() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(get_nprocs)());
  return kProcessors;
}
LOCKSTEP_EXPORT int get_nprocs_conf() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(get_nprocs_conf)());
  return kProcessors;
}
LOCKSTEP_EXPORT long sysconf(int name) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sysconf)(name));
  if (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF) return kProcessors;
  return LOCKSTEP_REAL(sysconf)(name);
}
LOCKSTEP_EXPORT int sched_getcpu() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sched_getcpu)());
  return 0;
}
LOCKSTEP_EXPORT int getcpu(unsigned* cpu, unsigned* node) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(getcpu)(cpu, node));
  if (cpu) *cpu = 0;
  if (node) *node = 0;
  return 0;
}
LOCKSTEP_EXPORT int sched_getaffinity(pid_t pid, std::size_t size, cpu_set_t* set) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sched_getaffinity)(pid, size, set));
  all_processors(size, set);
  return 0;
}
LOCKSTEP_EXPORT int sched_setaffinity(pid_t pid, std::size_t size, const cpu_set_t* set) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sched_setaffinity)(pid, size, set));
  return 0;
}
LOCKSTEP_EXPORT int pthread_getaffinity_np(pthread_t thread, std::size_t size, cpu_set_t* set) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_getaffinity_np)(thread, size, set));
  all_processors(size, set);
  return 0;
}
LOCKSTEP_EXPORT int pthread_setaffinity_np(pthread_t thread, std::size_t size, const cpu_set_t* set) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_setaffinity_np)(thread, size, set));
  return 0;
}
LOCKSTEP_EXPORT int pthread_setschedparam(pthread_t thread, int policy, const sched_param* parameters) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_setschedparam)(thread, policy, parameters));
  return 0;
}
LOCKSTEP_EXPORT int pthread_getschedparam(pthread_t thread, int* policy, sched_param* parameters) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_getschedparam)(thread, policy, parameters));
  *policy = SCHED_OTHER;
  parameters->sched_priority = 0;
  return 0;
}
LOCKSTEP_EXPORT int pthread_setschedprio(pthread_t thread, int priority) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_setschedprio)(thread, priority));
  return 0;
}
LOCKSTEP_EXPORT int sched_setscheduler(pid_t pid, int policy, const sched_param* parameters) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sched_setscheduler)(pid, policy, parameters));
  return 0;
}
LOCKSTEP_EXPORT int sched_setparam(pid_t pid, const sched_param* parameters) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sched_setparam)(pid, parameters));
  return 0;
}
LOCKSTEP_EXPORT int nice(int change) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(nice)(change));
  return 0;
}
LOCKSTEP_EXPORT int setpriority(__priority_which_t which, id_t who, int priority) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(setpriority)(which, who, priority));
  return 0;
}
