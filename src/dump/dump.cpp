#include "dump/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "dump/async_tasks.h"
#include "dump/capture.h"
#include "dump/core_file.h"
#include "dump/holders.h"
#include "dump/proc.h"
#include "dump/recognise.h"
#include "dump/symbols.h"
#include "dump/sync_waits.h"
#include "dump/syscalls.h"
#include "names/text.h"

namespace lockstep::dump {
namespace {

// Where threads begin: nothing of the program's.
bool is_start(const std::string& function) {
  static const std::set<std::string> kStarts = {"_start",
                                                "__libc_start_main",
                                                "__libc_start_call_main",
                                                "__libc_start_main_impl",
                                                "start_thread",
                                                "clone",
                                                "clone3",
                                                "__clone3",
                                                "__clone",
                                                "__GI___clone3",
                                                "execute_native_thread_routine",
                                                "thread_start"};
  return kStarts.count(function.substr(0, function.find('@'))) > 0;
}

// A thread goes by the name that the program gave it, or else by the function that it runs.
std::string thread_name(const Snapshot& snapshot, std::size_t index, const std::vector<Frame>& stack) {
  const ThreadState& t = snapshot.threads[index];
  if (t.tid == snapshot.pid) return "main";
  const ThreadState* main = snapshot.thread(snapshot.pid);
  if (main && t.comm != main->comm && !t.comm.empty()) return t.comm;
  for (auto f = stack.rbegin(); f != stack.rend(); ++f) {
    // What std::thread runs is in the type of its state.
    if (const std::string callable = names::first_argument(f->function, "std::tuple"); !callable.empty()) {
      std::string name = names::function_only(callable + "()");
      if (name.starts_with("lambda in lockstep::sync::thread_pool::")) return "pool thread";
      if (name.starts_with("lambda in ")) return name;
    }
    if (!f->library && !f->function.empty() && !is_start(f->function)) return f->function;
  }
  return "thread";
}

Picture paint(Snapshot snapshot) {
  resolve_restarted(&snapshot);
  Symbols symbols(snapshot);
  std::vector<std::vector<Frame>> stacks;
  stacks.reserve(snapshot.threads.size());
  for (const ThreadState& t : snapshot.threads) stacks.push_back(symbols.stack(t));
  const std::map<std::uint64_t, std::string> given_names = sync_names(snapshot.memory, symbols);
  const std::map<std::uint64_t, int> tasks = number_tasks(snapshot);
  const Evidence evidence{snapshot, symbols, stacks, given_names, tasks};

  Picture out;
  out.pid = snapshot.pid;
  out.program = names::base_name(snapshot.program);
  out.pause = snapshot.pause;
  std::map<std::string, int> names;
  for (std::size_t i = 0; i < snapshot.threads.size(); ++i) {
    Thread t;
    t.tid = snapshot.threads[i].tid;
    t.name = thread_name(snapshot, i, stacks[i]);
    ++names[t.name];
    if (snapshot.threads[i].ended) {
      t.state = "ended";
    } else {
      t.wait = recognise(evidence, i);
      if (t.wait) find_taken(evidence, &*t.wait);
      t.helper = t.wait && t.wait->kind == kIdleInPool;
    }
    for (const Frame& f : stacks[i]) {
      if (is_start(f.function)) break;
      t.stack.push_back({f.function, f.file, names::base_name(f.module), f.line, f.pc, f.inlined, f.library});
    }
    out.threads.push_back(std::move(t));
  }
  for (Thread& t : out.threads) {
    if (names[t.name] > 1) t.name += fmt::format(" {}", t.tid);
  }
  add_tasks(evidence, &out);
  judge(&out);
  return out;
}

template <typename Take>
Picture timed(Take take) {
  const auto start = std::chrono::steady_clock::now();
  Picture out = paint(take());
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

// How often each thread has been switched to and how long it ran: who has the same numbers twice did not move.
std::map<int, std::string> movements(int pid) {
  std::map<int, std::string> out;
  for (const int tid : thread_ids(pid)) {
    const std::string folder = fmt::format("/proc/{}/task/{}/", pid, tid);
    const std::string status = read_file(folder + "status");
    std::istringstream stat(read_file(folder + "stat"));
    std::string text, field;
    std::getline(stat, text, ')');
    text = status_field(status, "voluntary_ctxt_switches") + " " + status_field(status, "nonvoluntary_ctxt_switches");
    // Behind the name the 12th and 13th fields are the times in user and kernel mode.
    for (int i = 1; stat >> field && i <= 13; ++i) {
      if (i >= 12) text += " " + field;
    }
    out[tid] = text;
  }
  return out;
}

}  // namespace

Picture dump_process(int pid, double watch) {
  if (watch <= 0) return timed([&] { return capture(pid); });
  const auto before = movements(pid);
  std::this_thread::sleep_for(std::chrono::duration<double>(watch));
  const auto after = movements(pid);  // before the capture, whose stop would move them all
  Picture out = timed([&] { return capture(pid); });
  out.watched = watch;
  for (Thread& t : out.threads) {
    const auto first = before.find(t.tid), last = after.find(t.tid);
    t.unmoved = first != before.end() && last != after.end() && first->second == last->second;
  }
  return out;
}

Picture dump_core(const std::string& path) {
  Picture out = timed([&] { return read_core(path); });
  out.source = "core";
  return out;
}

}  // namespace lockstep::dump
