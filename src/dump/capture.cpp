#include "dump/capture.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "dump/permission.h"
#include "dump/proc.h"
#include "dump/sync_waits.h"
#include "dump/syscalls.h"
#include "host/user_error.h"

namespace lockstep::dump {
namespace {

using Clock = std::chrono::steady_clock;
using host::UserError;

// Deeper stacks are cut: what a thread waits for lies at the top. Locks are read with what is round them.
constexpr std::uint64_t kStackBytes = 192 * 1024;
constexpr std::size_t kRoom = 16 * 1024, kMostRooms = 2000;
constexpr std::uint64_t kWindowBefore = 64, kWindowAfter = 128;
// Threads that do not stop within this time are looked at without having stopped.
constexpr auto kStopTime = std::chrono::milliseconds(15);
// What the whole stop should not exceed. If the rest of it, or the least, is too short for all tasks, they are read while
// the process goes on, before and after a second stop.
constexpr auto kStandstill = std::chrono::milliseconds(20), kLeastTasksTime = std::chrono::milliseconds(3),
               kTasksTimeAfterwards = std::chrono::milliseconds(5000);
// Whether a descriptor is ready is asked of that many: two system calls each.
constexpr std::size_t kMostAsked = 256;

[[noreturn]] void not_permitted(int pid, int error) {
  throw UserError(fmt::format("{}: may not be looked at: {}", pid, why_not_permitted(gather_facts(pid, error))),
                  host::kExitUnsupported);
}

struct Tracee {
  ThreadState state;
  bool seized = false, stopped = false;
  std::vector<std::byte> room;       // for its stack: the pages are there before the stop, which need not wait for them
  int signal = 0;                    // that it was about to get when it stopped
  std::optional<SyscallLine> sleep;  // where it slept before, if it is looked at without a stop
};

struct Range {
  std::uint64_t from = 0, to = 0;
  std::vector<std::byte> room;
};

class Session {
 public:
  Session(int pid, int view)
      : pid_(pid),
        view_(view),
        nested_(status_field(read_file(fmt::format("/proc/{}/status", pid)), "NSpid").find('\t') != std::string::npos),
        pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  ~Session() {
    let_go();
    if (pidfd_ >= 0) close(pidfd_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void stop();
  void copy(Snapshot* out);
  // Once all is read: threads that were not stopped may have ended a wait meanwhile.
  void look_again(const Memory& before);
  // The threads that have stopped, as the process knows them.
  std::set<int> standing() const;
  // Whether a read from, or a write to, a descriptor of the process would come back at once; nothing if it cannot be asked.
  std::optional<bool> ready(int fd, bool writes);
  // How much of the time that the stop should take is left for tasks.
  Clock::duration left() const {
    return std::max<Clock::duration>(*first_stop_ + kStandstill - Clock::now(), kLeastTasksTime);
  }
  void let_go();
  // By any thread, when the one that stopped the process has ended.
  void finish(Snapshot* out);

 private:
  void seize_new();
  void wait_for_stops();
  void read_registers(Tracee* t);
  std::vector<std::byte> read_bytes(std::uint64_t from, std::uint64_t to) const;
  void copy_all(std::vector<Range> ranges, Memory* into) const;

  int pid_, view_;
  bool nested_;  // the process knows its threads by other numbers
  int pidfd_;    // negative where the kernel has none
  std::vector<Tracee> tracees_;
  std::map<std::pair<int, bool>, std::optional<bool>>
      ready_;                  // by descriptor and whether it is written to: many may wait for one
  std::vector<int> borrowed_;  // closed when the process goes on
  std::optional<Clock::time_point> first_stop_;
  double pause_ = 0;
};

// Seizes the threads that are not yet, and asks those to stop that should.
void Session::seize_new() {
  std::vector<std::size_t> fresh;
  for (const int tid : thread_ids(pid_)) {
    const bool known = std::any_of(tracees_.begin(), tracees_.end(), [&](auto& t) { return t.state.tid == tid; });
    if (known) continue;
    Tracee t;
    t.state.tid = tid;
    const std::string stat = read_file(fmt::format("/proc/{}/task/{}/stat", pid_, tid));
    const std::size_t name_begin = stat.find('('), name_end = stat.rfind(')');
    const char state = name_end != std::string::npos && name_end + 2 < stat.size() ? stat[name_end + 2] : '?';
    if (state == '?') continue;  // it has just ended
    // What is asked for after the stop may be of a thread that has ended by then, and may still name a holder.
    t.state.comm = stat.substr(name_begin + 1, name_end - name_begin - 1);
    t.state.inner_tid =
        nested_ ? inner_id(read_file(fmt::format("/proc/{}/task/{}/status", pid_, tid)), tid) : t.state.tid;
    t.state.ended = state == 'Z' || state == 'X';
    const auto sleep = syscall_of(pid_, tid);
    if (!t.state.ended && sleep && (state == 'D' || fails_after_stop(sleep->number))) t.sleep = sleep;
    if (tracees_.size() < kMostRooms) t.room.resize(kRoom);
    tracees_.push_back(std::move(t));
    if (!tracees_.back().state.ended && !tracees_.back().sleep) fresh.push_back(tracees_.size() - 1);
  }
  for (const std::size_t i : fresh) {
    Tracee& t = tracees_[i];
    if (ptrace(PTRACE_SEIZE, t.state.tid, nullptr, nullptr) == 0) {
      t.seized = true;
    } else if (errno == ESRCH) {
      t.state.ended = true;
    } else {
      not_permitted(pid_, errno);
    }
  }
  if (!first_stop_) first_stop_ = Clock::now();
  for (const std::size_t i : fresh) {
    if (tracees_[i].seized) ptrace(PTRACE_INTERRUPT, tracees_[i].state.tid, nullptr, nullptr);
  }
}

void Session::wait_for_stops() {
  const auto deadline = *first_stop_ + kStopTime;
  for (Tracee& t : tracees_) {
    while (t.seized && !t.stopped) {
      int status = 0;
      const int r = waitpid(t.state.tid, &status, __WALL | WNOHANG);
      if (r == t.state.tid && WIFSTOPPED(status)) {
        t.stopped = true;
        if (status >> 16 != PTRACE_EVENT_STOP) t.signal = WSTOPSIG(status);
      } else if (r != 0 && !(r < 0 && errno == EINTR)) {
        t.seized = false;
        t.state.ended = true;
      } else if (Clock::now() > deadline) {
        t.sleep = syscall_of(pid_, t.state.tid);
        break;
      } else {
        // They need the processor to come to a stop.
        std::this_thread::sleep_for(std::chrono::microseconds(30));
      }
    }
  }
}

void Session::stop() {
  // Threads may start others until all have stopped.
  for (int round = 0; round < 10; ++round) {
    const std::size_t before = tracees_.size();
    seize_new();
    wait_for_stops();
    if (round > 0 && tracees_.size() == before) break;
  }
}

void Session::read_registers(Tracee* t) {
  ThreadState& s = t->state;
  if (t->stopped) {
    user_regs_struct r;
    iovec into = {&r, sizeof r};
    if (ptrace(PTRACE_GETREGSET, s.tid, 1 /* NT_PRSTATUS */, &into) != 0) return;
    set_registers(&s, r);
  } else if (t->sleep) {
    s.registers_known = false;
    s.registers[kRsp] = t->sleep->sp;
    s.registers[kRip] = t->sleep->pc;
    s.syscall = t->sleep->number;
    s.arguments = t->sleep->arguments;
  }
}

std::vector<std::byte> Session::read_bytes(std::uint64_t from, std::uint64_t to) const {
  std::vector<std::byte> bytes(to - from);
  const iovec here = {bytes.data(), bytes.size()};
  const iovec there = {reinterpret_cast<void*>(from), bytes.size()};
  const ssize_t n = process_vm_readv(view_, &here, 1, &there, 1, 0);
  bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return bytes;
}

// Many with one system call; those are slow on some machines, and the process stands still meanwhile.
void Session::copy_all(std::vector<Range> ranges, Memory* into) const {
  constexpr std::size_t kMost = 256;  // less than the kernel's IOV_MAX
  for (std::size_t begin = 0; begin < ranges.size();) {
    const std::size_t count = std::min(kMost, ranges.size() - begin);
    std::vector<std::vector<std::byte>> bytes;
    std::vector<iovec> here, there;
    for (std::size_t i = begin; i < begin + count; ++i) {
      std::vector<std::byte>& one = bytes.emplace_back(std::move(ranges[i].room));
      one.resize(ranges[i].to - ranges[i].from);
      here.push_back({one.data(), one.size()});
      there.push_back({reinterpret_cast<void*>(ranges[i].from), one.size()});
    }
    const ssize_t n = process_vm_readv(view_, here.data(), count, there.data(), count, 0);
    std::size_t got = n > 0 ? static_cast<std::size_t>(n) : 0, whole = 0;
    for (; whole < count && got >= bytes[whole].size(); ++whole) {
      got -= bytes[whole].size();
      into->add(ranges[begin + whole].from, std::move(bytes[whole]));
    }
    begin += whole;
    if (whole == count) continue;
    // It ends at the first that is not all there.
    into->add(ranges[begin].from, read_bytes(ranges[begin].from, ranges[begin].to));
    ++begin;
  }
}

void Session::copy(Snapshot* out) {
  std::vector<Range> stacks;
  for (Tracee& t : tracees_) {
    read_registers(&t);
    const ThreadState& s = t.state;
    const std::uint64_t sp = s.registers[kRsp];
    if (sp == 0) continue;
    // The red zone below the stack pointer holds a leaf function's variables.
    constexpr std::uint64_t kRedZone = 128;
    std::uint64_t end = out->stack_end(s);
    if (end == 0) end = sp + 4096;  // mapped after the list was read
    stacks.push_back({sp - kRedZone, std::min(end, sp + kStackBytes), std::move(t.room)});
  }
  copy_all(std::move(stacks), &out->memory);
  // Whatever says who holds a lock must be of the same moment as who waits for it.
  std::set<std::uint64_t> words;  // many may sleep on one
  const auto add_window = [&](std::uint64_t word) {
    if (!words.insert(word).second) return;
    out->memory.add(word - kWindowBefore, read_bytes(word - kWindowBefore, word + kWindowAfter));
  };
  for (Tracee& t : tracees_) {
    ThreadState& s = t.state;
    if (s.syscall == SYS_futex) {
      add_window(s.arguments[0]);
      if (const auto primitive = primitive_of_sleeper(out->memory, s)) add_window(*primitive);
    }
    const SleepingCall* call = t.stopped ? sleeping_call(s.syscall) : nullptr;
    if (call && call->ends == Sleep::kDescriptor) {
      s.came = ready(static_cast<int>(s.arguments[0]), call->writes);
    }
  }
}

void Session::look_again(const Memory& before) {
  const bool all_stand =
      std::all_of(tracees_.begin(), tracees_.end(), [](auto& t) { return t.stopped || t.state.ended; });
  if (all_stand) return;
  std::vector<Range> ranges;
  for (const Tracee& t : tracees_) {
    if (!t.stopped || t.state.syscall != SYS_futex) continue;
    const std::uint64_t word = t.state.arguments[0];
    ranges.push_back({word - kWindowBefore, word + sizeof(std::uint32_t), {}});
  }
  Memory now;
  copy_all(std::move(ranges), &now);
  for (Tracee& t : tracees_) {
    ThreadState& s = t.state;
    if (!t.stopped || s.syscall != SYS_futex) continue;
    if (!sleeps_still(before, now, s)) s.syscall = -1;
  }
}

std::set<int> Session::standing() const {
  std::set<int> out;
  for (const Tracee& t : tracees_) {
    if (t.stopped) out.insert(t.state.inner_tid);
  }
  return out;
}

std::optional<bool> Session::ready(int fd, bool writes) {
  if (pidfd_ < 0) return std::nullopt;
  const auto known = ready_.find({fd, writes});
  if (known != ready_.end()) return known->second;
  if (ready_.size() >= kMostAsked) return std::nullopt;
  const int own = static_cast<int>(syscall(SYS_pidfd_getfd, pidfd_, fd, 0));
  if (own < 0) return ready_[{fd, writes}] = std::nullopt;
  borrowed_.push_back(own);
  pollfd p = {own, static_cast<short>(writes ? POLLOUT : POLLIN), 0};
  return ready_[{fd, writes}] = ::poll(&p, 1, 0) > 0;
}

void Session::let_go() {
  bool any = false;
  for (Tracee& t : tracees_) {
    if (t.stopped) ptrace(PTRACE_DETACH, t.state.tid, nullptr, static_cast<std::uintptr_t>(t.signal));
    any |= t.stopped;
    t.stopped = t.seized = false;
  }
  if (any) pause_ = std::chrono::duration<double>(Clock::now() - *first_stop_).count();
  for (const int own : borrowed_) close(own);
  borrowed_.clear();
}

void Session::finish(Snapshot* out) {
  out->threads.clear();
  for (Tracee& t : tracees_) {
    ThreadState& s = t.state;
    // One that was not stopped must still sleep where it slept, or the copy of its stack is worth nothing.
    if (!s.registers_known && syscall_of(pid_, s.tid) != t.sleep) {
      s.syscall = -1;
      s.registers = {};
    }
    if (s.ended && s.tid != pid_) continue;
    out->threads.push_back(s);
  }
  std::sort(out->threads.begin(), out->threads.end(), [](auto& a, auto& b) { return a.tid < b.tid; });
  out->pause = std::max(out->pause, pause_);
}

// The first that has not ended; the process's own number if there is none.
int living_thread(int pid) {
  for (const int tid : thread_ids(pid)) {
    if (lives(pid, tid)) return tid;
  }
  return pid;
}

// Stops the process, copies what all threads are in, and calls `look` meanwhile.
void stand_still(int pid, Snapshot* out, const std::function<void(Session&)>& look) {
  Session session(pid, out->view);
  std::exception_ptr error;
  // The tracer is a thread of its own: when it ends the kernel lets go of all that it has seized, even of a thread that
  // did not stop in time. So nothing that takes long is done by it.
  std::thread([&] {
    // Where it is allowed: others' work should not make the stop longer. It is the thread's alone.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), -20);
    try {
      session.stop();
      session.copy(out);
      look(session);
      session.look_again(out->memory);
    } catch (...) {
      error = std::current_exception();
    }
    session.let_go();
  }).join();
  if (error) std::rethrow_exception(error);
  session.finish(out);
}

Snapshot take(int pid) {
  Snapshot out;
  out.pid = pid;
  const int view = living_thread(pid);
  out.view = view;
  out.mappings = mappings_of(view);
  out.program = read_link(fmt::format("/proc/{}/exe", view));
  out.root = fmt::format("/proc/{}/root", view);
  out.memory.set_fallback([view](std::uint64_t address, void* into, std::size_t size) {
    const iovec here = {into, size};
    const iovec there = {reinterpret_cast<void*>(address), size};
    return process_vm_readv(view, &here, 1, &there, 1, 0) == static_cast<ssize_t>(size);
  });
  const auto find_ready = [](Session& session, AsyncState* state) {
    for (AsyncLoop& loop : state->loops) {
      for (AsyncTask& task : loop.tasks) {
        const auto wait = descriptor_wait(task);
        if (wait) loop.asleep &= !session.ready(wait->fd, wait->writes).value_or(false);
      }
    }
  };
  stand_still(pid, &out, [&](Session& session) {
    AsyncLook look;
    look.limit = session.left();
    look.standing = session.standing();
    out.async = read_async(out, look);
    find_ready(session, &out.async);
  });
  if (!out.async.complete) {
    AsyncLook look;
    look.limit = kTasksTimeAfterwards;
    look.at_once = [&](const std::function<void()>& read) {
      out.memory.forget();
      stand_still(pid, &out, [&](Session&) { read(); });
    };
    out.async = read_async(out, look);
    out.async.notes.emplace_back(
        "the tasks were too many to be read while the process stood still: those are shown that waited before and "
        "after");
  }
  for (const auto& [address, word] : out.async.words) out.memory.replace(address, word);
  return out;
}

}  // namespace

Snapshot capture(int pid) {
  const std::string status = read_file(fmt::format("/proc/{}/status", pid));
  if (status.empty()) {
    throw UserError(fmt::format("{}: there is no such process (lockstep sees those of its own pid namespace)", pid));
  }
  if (const int group = std::atoi(status_field(status, "Tgid").c_str()); group != pid) {
    return capture(group);  // a thread's id stands for its process
  }
  if (status_field(status, "State").starts_with("Z") && thread_ids(pid).size() <= 1) {
    throw UserError(fmt::format("{}: has ended; its parent has not asked for its exit status yet", pid));
  }
  if (pid == getpid()) throw UserError(fmt::format("{}: is lockstep itself; name another process", pid));
  return take(pid);
}

}  // namespace lockstep::dump
