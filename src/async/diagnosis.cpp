#include "lockstep/async/diagnosis.h"

#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "diagnosis.h"
#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/io.h"
#include "lockstep/async/task.h"
#include "symbols.h"

namespace lockstep::async {

namespace internal {

namespace {

constexpr int kMostFrames = 32;

std::atomic<int> readers{0};  // signal handlers that look at them

std::mutex report_mutex;
std::function<void(const std::string&)> report_handler;

struct creation {
  void* frames[kMostFrames];
  int count = 0;
};
std::mutex creations_mutex;
std::unordered_map<const promise_base*, creation> creations;

std::string describe_stack(void* const* frames, int count, int skip) {
  symbols names;
  std::string text;
  for (int i = skip; i < count; ++i) {
    text += "    " + names.describe(reinterpret_cast<std::uintptr_t>(frames[i]) - 1) + "\n";
  }
  return text;
}

/// The code of a suspended coroutine: the first word of its frame is the function that resumes it.
std::uintptr_t code_of(promise_base& p) { return *static_cast<std::uintptr_t*>(p.handle().address()); }

void describe_chain(const symbols& names, wait_node& node, std::string& text) {
  text += node.describe() + "\n";
  promise_base* p = node.waiter();
  while (p) {
    text += "  " + coroutine_name(names.find(code_of(*p)).function);
    if (p->file) text += " at " + std::string(p->file) + ":" + std::to_string(p->line);
    text += "\n";
    promise_base* parent = p->awaited_by();
    if (!parent && p->context) parent = p->context->owner();
    p = parent;
  }
}

}  // namespace

void prepare_diagnosis() {
  static const bool once = [] {
    const char* trace = std::getenv("LOCKSTEP_ASYNC_TRACE");
    if (trace && *trace && *trace != '0') creations_recorded = true;
    return true;
  }();
  (void)once;
}

void print_report(const std::string& text) noexcept {
  std::scoped_lock lock(report_mutex);
  if (report_handler) {
    report_handler(text);
    return;
  }
  std::size_t done = 0;
  while (done < text.size()) {
    ssize_t n = ::write(STDERR_FILENO, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
}

void enlist(loop& l) {
  for (auto& slot : loops) {  // which a signal handler can read
    loop* none = nullptr;
    // release: a handler that finds the loop sees it complete.
    if (slot.compare_exchange_strong(none, &l, std::memory_order_release, std::memory_order_relaxed)) return;
  }
  // More loops than slots: those are left out of dumps.
}

void delist(loop& l) {
  for (auto& slot : loops) {
    loop* me = &l;
    if (slot.compare_exchange_strong(me, nullptr, std::memory_order_seq_cst)) break;
  }
  // A handler on another thread may have read the slot before; it does not take long. seq_cst: it counts itself before
  // it reads the slot, we clear the slot before we read its count.
  while (readers.load(std::memory_order_seq_cst) != 0) ::usleep(0);
}

std::string loop::dump() const {
  symbols names;
  std::size_t count = 0;
  std::string text;
  const_cast<internal::context&>(root_).for_each_waiting([&](wait_node& node) {
    ++count;
    describe_chain(names, node, text);
  });
  return "lockstep::async: thread " + std::to_string(thread_number_) + " (" + backend_->name() +
         "): " + std::to_string(count) + (count == 1 ? " task waits, " : " tasks wait, ") +
         std::to_string(ready_.size()) + " can go on\n" + text;
}

void record_creation(promise_base& p) noexcept {
  creation c;
  c.count = ::backtrace(c.frames, kMostFrames);
  std::scoped_lock lock(creations_mutex);
  creations[&p] = c;
}

void report_forgotten(promise_base& p) noexcept {
  // An exception between making a task and awaiting it is not the author's forgetting.
  if (std::uncaught_exceptions() > 0) return;
  symbols names;
  std::string text =
      "lockstep::async: a task was destroyed that was never awaited: " + names.describe(code_of(p)) + "\n";
  bool recorded = false;
  {
    std::scoped_lock lock(creations_mutex);
    if (auto found = creations.find(&p); found != creations.end()) {
      recorded = true;
      text += "  made here:\n" + describe_stack(found->second.frames, found->second.count, 1);
      creations.erase(found);
    }
  }
  if (!recorded) {
    void* frames[kMostFrames];
    int count = ::backtrace(frames, kMostFrames);
    text += "  dropped here:\n" + describe_stack(frames, count, 1);
  }
  print_report(text);
}

}  // namespace internal

std::string dump() { return internal::here.current ? internal::here.current->dump() : std::string(); }

void dump_on_signal(int signal) {
  struct sigaction action {};
  action.sa_handler = [](int) {
    internal::readers.fetch_add(1, std::memory_order_seq_cst);
    for (auto& slot : internal::loops) {
      if (internal::loop* l = slot.load(std::memory_order_seq_cst)) l->request_dump();
    }
    internal::readers.fetch_sub(1, std::memory_order_seq_cst);
  };
  action.sa_flags = SA_RESTART;
  if (::sigaction(signal, &action, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "dump_on_signal");
  }
}

void set_report_handler(std::function<void(const std::string&)> handler) {
  std::scoped_lock lock(internal::report_mutex);
  internal::report_handler = std::move(handler);
}

}  // namespace lockstep::async
