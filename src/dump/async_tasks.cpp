#include "dump/async_tasks.h"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string_view>

#include "dump/descriptors.h"
#include "dump/holders.h"
#include "dump/sync_waits.h"
#include "lockstep/async/internal/layout.h"
#include "names/text.h"

namespace lockstep::dump {
namespace {

namespace async = lockstep::async::internal;
using async::context_kind;
using async::wait_kind;

// In the order of io_kind (lockstep/async/internal/io.h).
constexpr std::array kDescriptorWaits = {"read",   "write",   "recv", "send", "recvmsg", "sendmsg",
                                         "accept", "connect", "poll", "open", "fsync"};
constexpr std::uint8_t kAccept = 6, kConnect = 7, kOpen = 9, kSync = 10;
// Of more descriptors only the number is told: what they are is asked of the kernel, one by one.
constexpr std::size_t kMostDescriptors = 256;

bool is_library(const Frame& code, const std::string& file) {
  return code.function.starts_with("lockstep::async::") || file.find("lockstep/async/") != std::string::npos ||
         (code.library && names::is_library_file(file));
}

const ThreadState* thread_of(const Snapshot& snapshot, const AsyncLoop& loop) {
  return snapshot.inner_thread(static_cast<std::uint64_t>(loop.inner_tid));
}

class Tasks {
 public:
  Tasks(const Evidence& e, Picture* p) : e_(e), p_(*p) {}

  void add(const AsyncLoop& loop);

 private:
  Wait wait_of(const AsyncTask& task);
  void descriptor(const AsyncTask& task, Wait* w);
  void sleep(const AsyncTask& task, Wait* w) const;
  void mutex(Wait* w);
  void function_on_thread(const AsyncTask& task, Wait* w) const;
  void ends_early(const AsyncTask& task, Thread* t) const;
  std::vector<int> members_of(std::uint64_t context, std::uint64_t but) const;
  std::uint64_t top_in(std::uint64_t context, const AsyncTask& task) const;
  std::vector<StackFrame> stack_of(const AsyncTask& task);
  StackFrame frame_of(const AsyncFrame& frame);
  void thread_of_loop();

  const Evidence& e_;
  Picture& p_;
  const AsyncLoop* loop_ = nullptr;
  int tid_ = 0;                                        // of the loop's thread
  std::map<std::uint64_t, std::vector<int>> members_;  // tasks by the context that they were started in
  std::map<int, std::uint64_t> tops_;                  // their outermost coroutines
  std::map<int, Descriptor> descriptors_;
  std::map<std::uint64_t, Frame> functions_;
};

void Tasks::sleep(const AsyncTask& task, Wait* w) const {
  w->kind = "sleep_for";
  w->ends = Ends::kTime;
  std::int64_t now = loop_->virtual_now;
  if (now < 0 && e_.snapshot.live) {
    now = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  if (now < 0) return;
  const double left = (static_cast<double>(static_cast<std::int64_t>(task.subject)) - static_cast<double>(now)) / 1e9;
  w->detail = left <= 0 ? "its time has come" : fmt::format("for another {:.{}f} s", left, left < 10 ? 1 : 0);
}

void Tasks::descriptor(const AsyncTask& task, Wait* w) {
  const auto kind = static_cast<std::uint8_t>(task.kind - static_cast<std::uint8_t>(wait_kind::descriptor));
  w->kind = kind < kDescriptorWaits.size() ? kDescriptorWaits[kind] : "I/O";
  w->ends = Ends::kOutside;
  const int fd = static_cast<int>(static_cast<std::uint32_t>(task.subject));
  if (kind == kOpen) return;
  w->detail = fmt::format("fd {}", fd);
  if (!e_.snapshot.live || (descriptors_.count(fd) == 0 && descriptors_.size() >= kMostDescriptors)) return;
  const auto [it, fresh] = descriptors_.try_emplace(fd);
  if (fresh) it->second = describe_descriptor(e_.snapshot.view, fd);
  w->object = it->second.name;
  w->detail = it->second.detail;
  const bool by_peer = kind != kAccept && kind != kConnect && kind != kSync;
  if (by_peer && it->second.own && !handles_signals(e_.snapshot)) w->ends = Ends::kAnyThread;
}

void Tasks::mutex(Wait* w) {
  const SyncOwner owner = owner_of_mutex(e_.snapshot.memory, w->address);
  if (owner.coroutine) {
    hold_by_coroutine(e_, w);
  } else if (const ThreadState* holder = e_.snapshot.inner_thread(owner.thread)) {
    w->ends = Ends::kHolder;
    w->holders = {holder->tid};
  } else if (owner.thread != 0) {
    w->ends = Ends::kGone;
    w->gone = owner.thread;
  }
}

void Tasks::function_on_thread(const AsyncTask& task, Wait* w) const {
  w->kind = "thread";
  if (const ThreadState* worker = e_.snapshot.inner_thread(static_cast<std::uint32_t>(task.subject))) {
    w->ends = Ends::kHolder;
    w->holders = {worker->tid};
  } else {
    w->detail = "none has taken the function yet";
  }
}

Wait Tasks::wait_of(const AsyncTask& task) {
  Wait w;
  const auto primitive = [&](const char* kind) {
    w.kind = kind;
    w.address = task.subject;
    name_object(e_, std::nullopt, &w);
  };
  switch (static_cast<wait_kind>(task.kind)) {
    case wait_kind::time:
      sleep(task, &w);
      break;
    case wait_kind::send:
    case wait_kind::receive:
      primitive("channel");
      w.mode = static_cast<wait_kind>(task.kind) == wait_kind::send ? "send" : "receive";
      w.ends = Ends::kAnyTask;
      break;
    case wait_kind::mutex:
      primitive("mutex");
      mutex(&w);
      break;
    case wait_kind::semaphore:
      primitive("semaphore");
      break;
    case wait_kind::event:
      primitive("event");
      break;
    case wait_kind::push:
    case wait_kind::pop:
      primitive("queue");
      w.detail = static_cast<wait_kind>(task.kind) == wait_kind::push ? "full" : "empty";
      break;
    case wait_kind::thread:
      function_on_thread(task, &w);
      break;
    case wait_kind::tasks:
      w.kind = "tasks";
      w.holders = members_of(task.subject, 0);
      // None waits: one of them can go on.
      w.ends = w.holders.empty() ? Ends::kOutside : Ends::kHolder;
      break;
    case wait_kind::foreign:
      w.kind = "an awaitable of another library";
      break;
    default:
      if (task.kind >= static_cast<std::uint8_t>(wait_kind::descriptor)) {
        descriptor(task, &w);
      } else {
        w.kind = "a wait of its own";
        w.ends = Ends::kOutside;
      }
  }
  // Of tasks that are not known anything may come.
  if (loop_->cut && (w.ends == Ends::kAnyTask || w.ends == Ends::kAnyThread)) w.ends = Ends::kOutside;
  // Other threads may start tasks, or do anything else that a handle lets them.
  if (w.ends == Ends::kAnyTask && loop_->remote_waits > 0) {
    const auto from_afar = std::count_if(loop_->tasks.begin(), loop_->tasks.end(), [](const AsyncTask& t) {
      const auto kind = static_cast<wait_kind>(t.kind);
      return (kind >= wait_kind::mutex && kind <= wait_kind::thread) || kind == wait_kind::foreign;
    });
    if (from_afar < loop_->remote_waits) w.ends = Ends::kAnyThread;
  }
  return w;
}

// The outermost coroutine of the task, or of one that it was started by, that was started in the context; 0 if none.
std::uint64_t Tasks::top_in(std::uint64_t context, const AsyncTask& task) const {
  AsyncFrame top = task.chain.back();
  constexpr int kMostNested = 1'000;
  for (int i = 0; i < kMostNested; ++i) {
    if (top.context == context) return top.promise;
    const auto started_in = loop_->contexts.find(top.context);
    if (started_in == loop_->contexts.end()) return 0;
    std::uint64_t promise = started_in->second.owner;
    for (int k = 0; k < kMostNested; ++k) {
      const auto next = loop_->awaited_by.find(promise);
      if (next == loop_->awaited_by.end() || next->second == 0) break;
      promise = next->second;
    }
    const auto owner = loop_->owners.find(promise);
    if (owner == loop_->owners.end()) return 0;
    top = owner->second;
  }
  return 0;
}

// The tasks that were started in a context, without the one whose outermost coroutine is `but`.
std::vector<int> Tasks::members_of(std::uint64_t context, std::uint64_t but) const {
  std::vector<int> out;
  const auto all = members_.find(context);
  if (all == members_.end()) return out;
  for (const int id : all->second) {
    if (but == 0 || tops_.at(id) != but) out.push_back(id);
  }
  return out;
}

// Time limits, and the ends of others, that cancel what the task waits in.
void Tasks::ends_early(const AsyncTask& task, Thread* t) const {
  Wait& w = *t->wait;
  const auto kind = static_cast<wait_kind>(task.kind);
  if (kind == wait_kind::tasks) {
    const auto context = loop_->contexts.find(task.subject);
    if (context != loop_->contexts.end() &&
        context->second.kind == static_cast<std::uint8_t>(context_kind::first_end)) {
      t->rescuers = w.holders;
      if (!loop_->asleep) t->rescuers.push_back(0);
    }
  }
  if (!task.moved && (!task.cancellable || kind == wait_kind::thread || kind == wait_kind::foreign)) return;
  bool timed = false;
  std::set<std::uint64_t> seen;
  auto c = loop_->contexts.find(task.chain.front().context);
  while (c != loop_->contexts.end() && seen.insert(c->first).second) {
    timed |= c->second.kind == static_cast<std::uint8_t>(context_kind::timed);
    if (c->second.kind == static_cast<std::uint8_t>(context_kind::first_end)) {
      const std::vector<int> others = members_of(c->first, top_in(c->first, task));
      t->rescuers.insert(t->rescuers.end(), others.begin(), others.end());
      if (!loop_->asleep) t->rescuers.push_back(0);
    }
    if (c->second.shielded) break;
    c = loop_->contexts.find(c->second.parent);
  }
  const auto add_detail = [&](const char* text) { w.detail += (w.detail.empty() ? "" : ", ") + std::string(text); };
  if (task.moved || task.cancelled) {
    w.ends = Ends::kTime;
    add_detail(task.moved ? "moved while it was looked at" : "being cancelled");
  } else if (timed && w.ends != Ends::kTime) {
    w.ends = Ends::kTime;
    add_detail("with a time limit");
  } else if (loop_->has_stop && (w.ends == Ends::kAnyThread || w.ends == Ends::kAnyTask)) {
    w.ends = Ends::kOutside;
    add_detail("or the stop token of its loop");
  }
}

StackFrame Tasks::frame_of(const AsyncFrame& frame) {
  const auto [it, fresh] = functions_.try_emplace(frame.code);
  if (fresh) it->second = e_.symbols.function(frame.code);
  const Frame& code = it->second;
  StackFrame f;
  f.function = code.function;
  f.module = names::base_name(code.module);
  f.file = frame.file.empty() ? code.file : std::string(frame.file);
  f.line = frame.file.empty() ? code.line : frame.line;
  f.address = frame.code;
  f.library = is_library(code, f.file);
  return f;
}

std::vector<StackFrame> Tasks::stack_of(const AsyncTask& task) {
  std::vector<StackFrame> out;
  for (const AsyncFrame& f : task.chain) out.push_back(frame_of(f));
  // Who started it, and who awaits that.
  std::uint64_t context = task.chain.back().context;
  constexpr std::size_t kMostFrames = 256;
  while (out.size() < kMostFrames) {
    const auto c = loop_->contexts.find(context);
    std::uint64_t promise = c == loop_->contexts.end() ? 0 : c->second.owner;
    bool first = true;
    for (auto owner = loop_->owners.find(promise); owner != loop_->owners.end() && out.size() < kMostFrames;
         owner = loop_->owners.find(promise)) {
      out.push_back(frame_of(owner->second));
      out.back().started = first;
      first = false;
      context = owner->second.context;
      const auto next = loop_->awaited_by.find(promise);
      promise = next == loop_->awaited_by.end() ? 0 : next->second;
    }
    if (first) break;
  }
  return out;
}

// The name of the outermost coroutine that is the program's own.
std::string name_of(const Thread& task, std::size_t chain) {
  std::string name;
  for (std::size_t i = 0; i < chain; ++i) {
    const StackFrame& f = task.stack[i];
    if (!f.function.empty() && (!f.library || name.empty())) name = f.function;
  }
  return name.empty() ? "task" : "task " + name;
}

// A thread that waits in its loop for events goes on when its tasks do.
void Tasks::thread_of_loop() {
  Thread* thread = p_.thread(tid_);
  const ThreadState* state = e_.snapshot.thread(tid_);
  if (!thread || !state || !loop_->asleep || !thread->wait || loop_->tasks.empty()) return;
  const bool in_backend = state->syscall == SYS_epoll_wait || state->syscall == SYS_epoll_pwait ||
                          state->syscall == SYS_epoll_pwait2 || state->syscall == SYS_io_uring_enter;
  if (!in_backend) return;
  Wait w;
  w.kind = "loop";
  w.ends = Ends::kHolder;
  for (const Thread& t : p_.threads) {
    if (t.loop == tid_) w.holders.push_back(t.tid);
  }
  thread->rescuers = w.holders;
  thread->wait = std::move(w);
}

void Tasks::add(const AsyncLoop& loop) {
  loop_ = &loop;
  const ThreadState* state = thread_of(e_.snapshot, loop);
  if (!state) return;
  tid_ = state->tid;
  members_.clear();
  int id = -static_cast<int>(p_.tasks);
  for (const AsyncTask& task : loop.tasks) {
    const AsyncFrame& top = task.chain.back();
    members_[top.context].push_back(--id);
    tops_[id] = top.promise;
  }
  for (const AsyncTask& task : loop.tasks) {
    Thread t;
    t.tid = -static_cast<int>(p_.tasks) - 1;
    t.loop = tid_;
    t.wait = wait_of(task);
    ends_early(task, &t);
    t.stack = stack_of(task);
    t.name = name_of(t, task.chain.size());
    p_.threads.push_back(std::move(t));
    ++p_.tasks;
  }
  thread_of_loop();
}

}  // namespace

std::map<std::uint64_t, int> number_tasks(const Snapshot& snapshot) {
  std::map<std::uint64_t, int> out;
  int id = 0;
  for (const AsyncLoop& loop : snapshot.async.loops) {
    if (!thread_of(snapshot, loop)) continue;
    for (const AsyncTask& task : loop.tasks) {
      --id;
      for (const AsyncFrame& f : task.chain) out[f.promise] = id;
    }
  }
  return out;
}

void add_tasks(const Evidence& evidence, Picture* picture) {
  for (Thread& t : picture->threads) {
    const ThreadState* state = evidence.snapshot.thread(t.tid);
    const auto& dogs = evidence.snapshot.async.watchdogs;
    if (!state || std::find(dogs.begin(), dogs.end(), state->inner_tid) == dogs.end()) continue;
    t.helper = true;
    t.name = "lockstep::async watchdog";
    t.wait.emplace();
    t.wait->kind = "idle between two looks";
    t.wait->ends = Ends::kTime;
    t.stack.clear();
  }
  Tasks tasks(evidence, picture);
  for (const AsyncLoop& loop : evidence.snapshot.async.loops) tasks.add(loop);
  std::map<std::string, int> names;
  for (const Thread& t : picture->threads) ++names[t.name];
  for (Thread& t : picture->threads) {
    if (t.loop != 0 && (names[t.name] > 1 || t.name == "task")) t.name += fmt::format(" {}", -t.tid);
  }
  for (const std::string& note : evidence.snapshot.async.notes) picture->notes.push_back(note);
}

}  // namespace lockstep::dump
