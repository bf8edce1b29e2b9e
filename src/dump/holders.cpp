#include "dump/holders.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "dump/sync_waits.h"
#include "names/text.h"

namespace lockstep::dump {
namespace {

constexpr std::array kGuards = {std::string_view("lock_guard<"), std::string_view("unique_lock<"),
                                std::string_view("scoped_lock<")};
constexpr std::array kGuardsForReading = {std::string_view("shared_lock<")};

constexpr std::array kTakesForReading = {
    std::string_view("pthread_rwlock_rdlock"), std::string_view("pthread_rwlock_tryrdlock"),
    std::string_view("::lock_shared"), std::string_view("::try_lock_shared"), std::string_view("shared_lock<")};
constexpr std::array kTakesForWriting = {std::string_view("pthread_rwlock_wrlock"),
                                         std::string_view("pthread_rwlock_trywrlock"),
                                         std::string_view("pthread_mutex_lock"),
                                         std::string_view("pthread_mutex_trylock"),
                                         std::string_view("mtx_lock"),
                                         std::string_view("::lock()"),
                                         std::string_view("::try_lock()"),
                                         std::string_view("lock_guard<"),
                                         std::string_view("unique_lock<"),
                                         std::string_view("scoped_lock<"),
                                         std::string_view("std::lock<")};

template <typename Words>
bool mentions(std::string_view name, const Words& words) {
  return std::any_of(words.begin(), words.end(), [&](auto w) { return name.find(w) != std::string_view::npos; });
}

// Destructors of guards release what their constructors take.
bool takes(std::string_view name, bool for_reading) {
  if (name.find('~') != std::string_view::npos || name.find("unlock") != std::string_view::npos) return false;
  return for_reading ? mentions(name, kTakesForReading) : mentions(name, kTakesForWriting);
}

struct Site {
  Place place;
  bool certain = false;
};

// The frames of the program's own functions, and of library functions that they were inlined into.
std::vector<const Frame*> user_frames(const std::vector<Frame>& stack) {
  std::vector<const Frame*> out;
  bool user = false;
  for (const Frame& f : stack) {
    user |= !f.library;
    if (!f.inlined && user) out.push_back(&f);
    if (!f.inlined) user = false;
  }
  return out;
}

struct Guard {
  Site site;
  bool here = false;  // its function stands in its declaration
};

// The guards in the thread's frames that say they hold the lock at `lock`, the innermost function's first. Those say so
// already while they wait for it.
std::vector<Guard> guards_of(const Evidence& e, const std::vector<Frame>& stack, std::uint64_t lock, bool for_reading) {
  std::vector<Guard> out;
  for (const Frame* frame : user_frames(stack)) {
    const Frame& f = *frame;
    const auto sp = f.registers[kRsp];
    if (!sp || f.cfa <= *sp || f.cfa - *sp > 65536) continue;
    for (std::uint64_t slot = *sp & ~std::uint64_t{7}; slot < f.cfa; slot += 8) {
      if (e.snapshot.memory.value<std::uint64_t>(slot) != lock) continue;
      const auto variable = e.symbols.local(f, slot);
      if (!variable || !(for_reading ? mentions(variable->type, kGuardsForReading) : mentions(variable->type, kGuards)))
        continue;
      const bool may_have_let_go = variable->type.find("unique_lock") != std::string::npos ||
                                   variable->type.find("shared_lock") != std::string::npos;
      if (may_have_let_go && e.snapshot.memory.value<std::uint8_t>(slot + 8) != 1) continue;
      out.push_back({{{f.function, variable->file, variable->line}, true}, variable->line == f.line});
    }
  }
  return out;
}

// The last call of a function that takes such a lock, before the place where one of the thread's functions stands.
std::optional<Site> call_of(const Evidence& e, const std::vector<Frame>& stack, bool for_reading) {
  for (const Frame* frame : user_frames(stack)) {
    const Frame& f = *frame;
    const std::uint64_t start = e.symbols.start_of_function(f.pc);
    constexpr std::uint64_t kMost = 65536;
    if (start == 0 || f.pc <= start || f.pc - start > kMost) continue;
    std::vector<unsigned char> code(f.pc - start);
    if (!e.snapshot.memory.read(start, code.data(), code.size())) continue;
    // The call that the function is in right now is none that has come back: its last byte is at pc.
    for (std::size_t i = code.size() < 5 ? 0 : code.size() - 5; i-- > 0;) {
      std::int32_t offset = 0;
      std::uint64_t target = 0;
      if (code[i] == 0xe8) {  // call to a relative address
        std::memcpy(&offset, code.data() + i + 1, sizeof offset);
        target = start + i + 5 + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
      } else if (code[i] == 0xff && code[i + 1] == 0x15) {  // call through the table of addresses
        std::memcpy(&offset, code.data() + i + 2, sizeof offset);
        target = e.snapshot.memory.value<std::uint64_t>(start + i + 6 +
                                                        static_cast<std::uint64_t>(static_cast<std::int64_t>(offset)));
      }
      const Mapping* m = target == 0 ? nullptr : e.snapshot.mapping(target);
      if (!m || !m->executable || !takes(e.symbols.function_at(target), for_reading)) continue;
      Place place{f.function, {}, 0};
      if (const auto line = e.symbols.line(start + i)) {
        place.file = line->first;
        place.line = line->second;
      }
      return Site{place, false};
    }
  }
  return std::nullopt;
}

bool sleeps_in(const Evidence& e, std::size_t thread, const Wait& wait) {
  const ThreadState& t = e.snapshot.threads[thread];
  constexpr std::uint64_t kSize = 56;  // of a pthread_rwlock_t
  if (t.syscall != SYS_futex) return false;
  return (t.arguments[0] >= wait.address && t.arguments[0] < wait.address + kSize) ||
         primitive_of_sleeper(e.snapshot.memory, t) == wait.address;
}

// A guard by which the thread holds the lock, not one by which it still waits for it. For one that is not for reading
// whoever asks knows that the thread holds the lock.
std::optional<Site> guard_of(const Evidence& e, std::size_t thread, const Wait& wait, bool for_reading) {
  std::vector<Guard> guards = guards_of(e, e.stacks[thread], wait.address, for_reading);
  const auto locks_by_guard = [&] {
    return std::any_of(e.stacks[thread].begin(), e.stacks[thread].end(), [](const Frame& f) {
      return f.library && mentions(f.function, kGuardsForReading) && f.function.find('~') == std::string::npos;
    });
  };
  if (for_reading && !guards.empty() && locks_by_guard()) {
    // One that runs may be on its way to a wait, or for another lock.
    const bool waits = sleeps_in(e, thread, wait), asleep = e.snapshot.threads[thread].syscall == SYS_futex;
    const auto waiting = std::find_if(guards.begin(), guards.end(), [](const Guard& g) { return g.here; });
    if (waiting != guards.end() && (waits || !asleep)) {
      guards.erase(waiting);
    } else if (waits) {
      guards.erase(guards.begin());
    }
  }
  if (guards.empty()) return std::nullopt;
  return guards.front().site;
}

}  // namespace

void readers_of(const Evidence& e, Wait* wait, std::uint32_t count) {
  wait->ends = Ends::kAnyThread;
  wait->certain = false;
  if (count == 0) return;  // on its way from one to another
  // Those with a guard are sure; then those whose code took a lock for reading; all only if there are enough of them.
  std::vector<int> sure, likely;
  for (std::size_t i = 0; i < e.stacks.size(); ++i) {
    if (guard_of(e, i, *wait, true)) {
      sure.push_back(e.snapshot.threads[i].tid);
    } else if (call_of(e, e.stacks[i], true)) {
      likely.push_back(e.snapshot.threads[i].tid);
    }
  }
  if (sure.size() == count) {
    wait->holders = sure;
    wait->certain = true;
    wait->ends = Ends::kHolder;
  } else if (sure.size() + likely.size() == count) {
    wait->holders = sure;
    wait->holders.insert(wait->holders.end(), likely.begin(), likely.end());
    wait->ends = Ends::kHolder;
  } else if (sure.empty() && likely.empty()) {
    // Nothing to go by, as in a stripped static program: those who want to write are the first to suspect.
    std::vector<int> writers;
    for (std::size_t i = 0; i < e.stacks.size(); ++i) {
      if (sleeps_in(e, i, *wait)) writers.push_back(e.snapshot.threads[i].tid);
    }
    if (writers.size() == count) wait->holders = writers;
  }
}

std::optional<std::size_t> runner_of_once(const Evidence& e, std::size_t waiter, std::uint64_t word) {
  // glibc's nptl/pthread_once.c, since 2.32: who runs the function has a frame for cleanups on its stack, struct
  // __pthread_cleanup_combined_frame: the address of code of the C library, the control word's, and 1.
  const Mapping* libc = e.snapshot.mapping(e.snapshot.threads[waiter].registers[kRip]);
  if (!libc) return std::nullopt;
  std::optional<std::size_t> found;
  std::vector<std::uint64_t> stack;
  for (std::size_t i = 0; i < e.snapshot.threads.size(); ++i) {
    const std::uint64_t sp = e.snapshot.threads[i].registers[kRsp] & ~std::uint64_t{7};
    const std::uint64_t end = e.snapshot.stack_end(e.snapshot.threads[i]);
    constexpr std::uint64_t kMost = 128 * 1024;
    if (sp == 0 || end < sp + 24) continue;
    stack.resize(std::min(end - sp, kMost) / 8);
    if (!e.snapshot.memory.read(sp, stack.data(), stack.size() * 8)) continue;
    for (std::size_t k = 1; k + 1 < stack.size(); ++k) {
      const bool code = stack[k - 1] >= libc->low && stack[k - 1] < libc->high;
      if (stack[k] != word || !code || static_cast<std::uint32_t>(stack[k + 1]) != 1) continue;
      if (i != waiter) return i;
      found = i;
    }
  }
  return found;
}

void runners_of_once(const Evidence& e, std::size_t waiter, Wait* wait) {
  if (const auto runner = runner_of_once(e, waiter, wait->address)) {
    wait->ends = Ends::kHolder;
    wait->holders = {e.snapshot.threads[*runner].tid};
    return;
  }
  for (std::size_t i = 0; i < e.stacks.size(); ++i) {
    // A frame of pthread_once with others of the program's above it runs the function.
    bool user_above = false, runs = false;
    for (const Frame& f : e.stacks[i]) {
      const bool once = f.function.find("pthread_once") != std::string::npos;
      if (once && user_above) {
        // Its variables, saved registers included, lead to the control word.
        const std::uint64_t from = f.registers[kRsp].value_or(0);
        for (std::uint64_t slot = from; from != 0 && slot < f.cfa; slot += 8) {
          runs |= e.snapshot.memory.value<std::uint64_t>(slot) == wait->address;
        }
        for (const std::size_t saved : {std::size_t{3}, kRbp, std::size_t{12}, std::size_t{13}}) {
          runs |= f.registers[saved] == wait->address;
        }
      }
      user_above |= !f.library || f.function.find("once_proxy") != std::string::npos;
    }
    if (!runs) continue;
    wait->ends = Ends::kHolder;
    wait->holders = {e.snapshot.threads[i].tid};
    if (i != waiter) return;
  }
}

void runners_of_static(const Evidence& e, std::size_t waiter, Wait* wait) {
  // The function with the variable is the first of the program's; another thread stands in it, too, further in.
  const auto& stack = e.stacks[waiter];
  std::size_t at = 0;
  while (at < stack.size() && stack[at].function.find("cxa_guard_acquire") == std::string::npos) ++at;
  for (++at; at < stack.size() && stack[at].inlined; ++at) {
  }
  if (at >= stack.size()) return;
  const std::uint64_t start = e.symbols.start_of_function(stack[at].pc);
  for (std::size_t i = 0; i < e.stacks.size(); ++i) {
    for (std::size_t k = i == waiter ? at + 1 : 0; k < e.stacks[i].size(); ++k) {
      const Frame& f = e.stacks[i][k];
      if (f.inlined) continue;
      const bool same =
          start != 0 ? e.symbols.start_of_function(f.pc) == start : f.pc > stack[at].pc && f.pc - stack[at].pc < 4096;
      const bool waits_too = k > 0 && e.stacks[i][k - 1].function.find("cxa_guard_acquire") != std::string::npos;
      if (!same || waits_too) continue;
      wait->ends = Ends::kHolder;
      wait->holders = {e.snapshot.threads[i].tid};
      return;
    }
  }
}

void hold_by_coroutine(const Evidence& e, Wait* wait) {
  if (const int task = e.task_with(wait->address); task != 0) {
    wait->ends = Ends::kHolder;
    wait->holders = {task};
  } else {
    const bool known = e.snapshot.async.lock_holders.count(wait->address) > 0;
    wait->detail = known ? "held by a task that can go on" : "held by a coroutine that is not known";
  }
}

void name_object(const Evidence& e, std::optional<std::size_t> waiter, Wait* wait) {
  if (wait->address == 0) return;
  if (const auto given = e.given_names.find(wait->address); given != e.given_names.end()) {
    wait->object = given->second;
    return;
  }
  if (auto name = e.symbols.global(wait->address)) {
    // One word stands for many atomics there (libstdc++'s <bits/atomic_wait.h>): it names none of them.
    if (name->find("__waiter_pool") != std::string::npos) return;
    wait->object = names::readable(*name);
    constexpr std::string_view kGuard = "guard variable for ";
    if (wait->object.starts_with(kGuard)) wait->object.erase(0, kGuard.size());
    return;
  }
  // On a stack: a variable of the frame that the address lies in.
  for (std::size_t i = 0; i < e.stacks.size(); ++i) {
    const std::uint64_t sp = e.snapshot.threads[i].registers[kRsp];
    if (sp == 0 || wait->address < sp || wait->address >= e.snapshot.stack_end(e.snapshot.threads[i])) continue;
    for (const Frame& f : e.stacks[i]) {
      if (f.inlined || f.cfa <= wait->address) continue;
      if (const auto variable = e.symbols.local(f, wait->address)) wait->object = variable->name;
      if (!wait->object.empty()) return;
      break;
    }
  }
  // On the heap: what the waiting functions call it, the outermost that is no reference of a library function.
  if (!waiter) return;
  for (const Frame* f : user_frames(e.stacks[*waiter])) {
    if (auto name = e.symbols.pointee(*f, wait->address)) {
      wait->object = *name;
      return;
    }
  }
}

void find_taken(const Evidence& e, Wait* wait) {
  if (wait->holders.empty() || wait->address == 0) return;
  for (std::size_t i = 0; i < e.stacks.size(); ++i) {
    if (e.snapshot.threads[i].tid != wait->holders.front()) continue;
    auto site = guard_of(e, i, *wait, wait->shared_hold);
    if (!site) site = call_of(e, e.stacks[i], wait->shared_hold);
    if (!site) return;
    wait->taken = site->place;
    wait->taken_certain = site->certain;
  }
}

}  // namespace lockstep::dump
