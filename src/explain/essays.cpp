#include <array>

#include "explain/explain.h"

namespace lockstep::explain {
namespace {

struct Essay {
  std::string_view word, text;
};

constexpr std::array kEssays = {
    Essay{"data-race",
          "Two threads access the same memory, at least one of them writes, and nothing orders the two (no lock, no "
          "atomic, no join). In C++ that is undefined behaviour: the compiler and the processor may do anything with "
          "it. Guard the object with one mutex everywhere, or make it std::atomic."},
    Essay{"deadlock",
          "Threads wait in a circle, or for something that nobody is left to give, so none of them goes on. Four "
          "conditions are needed: mutual exclusion, hold and wait, no preemption, circular wait. Break one of them: "
          "lock in one global order or with std::scoped_lock, or do not wait while holding."},
    Essay{"livelock",
          "Threads keep running and none gets on: each attempt fails, is undone and begins anew, and the state of the "
          "program comes back for ever, though every thread runs. Break the symmetry: one order for all locks or "
          "std::scoped_lock, a fixed priority, or backing off for random times."},
    Essay{
        "starvation",
        "A thread is overtaken again and again without bound while others get on, though the schedule is fair: readers "
        "that overlap keep a writer out, a lock is taken again each time before the thread looks. Use a lock that "
        "serves in the order of arrival (tickets, a queue) or prefers writers, hand permits over to who waits, or "
        "bound how often a thread can be passed over."},
    Essay{"assertion",
          "A condition that the program asserts does not hold in some execution. The steps show an order of events in "
          "which it fails; the pattern says what kind of order that is."},
    Essay{"uncaught-exception",
          "An exception leaves main, a thread's function or a noexcept function, and std::terminate ends the process."},
    Essay{"crash",
          "The program dies of a signal in some execution: a null or wild pointer, an abort, a stack overflow."},
    Essay{"use-after-free",
          "Memory is used after another part of the program freed it. Ownership must outlive use: join the threads "
          "that use an object before it is destroyed, or share it by std::shared_ptr."},
    Essay{"double-free", "One block of memory is freed twice; often two threads both believe they own it."},
    Essay{"leak", "Memory is never freed in some execution, and nothing points to it any more."},
    Essay{"lock-misuse",
          "A mutex is unlocked by a thread that does not hold it, or destroyed while it is held: undefined behaviour. "
          "Let std::lock_guard or std::unique_lock pair lock and unlock."},
    Essay{"lock-order",
          "Two locks are taken in one order here and in the other there. It did not deadlock in this execution; with "
          "other timing it can. Take them in one order everywhere, or together by std::scoped_lock."},
    Essay{"thread-leak",
          "A std::thread is destroyed while it is joinable (std::terminate ends the process), or threads are still "
          "alive when the process exits. Join them, or use std::jthread."},
    Essay{"exit-status",
          "The program exits with a status other than 0 in some execution: a test failed, for instance."},
    Essay{"nondeterminism",
          "The same decisions led to another execution. Something outside of the checker's control takes part: the "
          "time, random numbers, addresses, files or the network. Take that input out, or fix it."},
    Essay{"check-then-act",
          "A thread checks a condition and then acts on it, and another thread changes it in between. A lock round "
          "the check and another round the act do not help; one lock must cover both, or one atomic operation "
          "(compare_exchange, insert-if-absent) must do both."},
    Essay{"read-modify-write",
          "Two threads read a value, each computes a new one and writes it: the second write overwrites the first "
          "update, which is lost. Do the update in one critical section, or by one atomic operation (fetch_add)."},
    Essay{"time-of-check-to-time-of-use",
          "What was checked is not what is used: the object changed in between. Use what the check returned (a copy "
          "or a handle), or hold the lock over both."},
    Essay{"double-checked-locking",
          "A flag or pointer is checked without the lock first, to save it. Unless that flag is an acquire load of a "
          "std::atomic, the reader may see it set and not see what it stands for. Use std::call_once, a static local "
          "variable, or the right atomics."},
    Essay{"lazy-init",
          "An object is made when it is first needed, and two threads both find that it is not there. Use a static "
          "local variable or std::call_once."},
    Essay{"iterator-invalidation",
          "A container moves or frees its elements while another thread holds an iterator, pointer or reference to "
          "one of them."},
    Essay{"forgotten-await", "A task is started and its result or its exception is never waited for."},
    Essay{"lost-wakeup",
          "A thread goes to sleep after the notification it needs was given, or the notification woke somebody else. "
          "Change the condition under the mutex, wait with a predicate, and use notify_all where waiters wait for "
          "different conditions on one condition variable."},
    Essay{"lock-order-inversion",
          "Two threads take two locks in opposite orders; each gets one and waits for the other. Lock in one global "
          "order, or take both at once with std::scoped_lock(a, b). That breaks the circular wait; it costs nothing "
          "at run time."},
    Essay{"self-deadlock",
          "A thread locks a mutex that it holds already. Split the function into one that locks and one that expects "
          "the lock to be held; a recursive mutex hides the question of who holds what."},
    Essay{"nested-monitor",
          "A thread sleeps on a condition variable, which gives up one mutex, while it holds another that its waker "
          "needs. Do not wait while holding a second lock."},
    Essay{"unsafe-publication",
          "An object is made visible to other threads before it is completely built, or through a pointer that is not "
          "an atomic with release and acquire order: a reader sees the pointer and old contents."},
    Essay{"missing-fence",
          "A thread sees one store of another thread and misses an earlier one: relaxed atomics order nothing else. "
          "Store with memory_order_release and load with memory_order_acquire (or leave the default, seq_cst)."},
    Essay{"aba",
          "A compare-and-exchange succeeds because the value is the same again, though it was another in between. Use "
          "a counter beside the pointer, hazard pointers, or reference counts."},
    Essay{"torn-access", "A value is read while half of it is written: the access is not one atomic operation."},
    Essay{"leaked-lock",
          "A thread ends, or leaves by an exception or an early return, without unlocking. Use std::lock_guard."},
    Essay{"lock-across-io", "A lock is held while the thread waits for the outside world; all others wait with it."},
    Essay{"sleep-polling", "A thread sleeps and looks again instead of waiting to be notified."},
    Essay{"blocked-loop", "The thread that should serve an event loop blocks, and everything behind it waits."},
    Essay{"none", "The execution shows none of the patterns that the checker knows by name."},
};

}  // namespace

std::string_view essay(std::string_view word) {
  for (const Essay& e : kEssays) {
    if (e.word == word) return e.text;
  }
  return {};
}

}  // namespace lockstep::explain
