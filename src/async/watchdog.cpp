#include "watchdog.h"

#include <execinfo.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "diagnosis.h"
#include "symbols.h"

namespace lockstep::async::internal {

namespace {

using clock = std::chrono::steady_clock;

// Ignored by default, and rarely used; the handler is installed when a loop is first found blocked, and only if nobody
// else has one.
constexpr int kSignal = SIGURG;
constexpr auto kBetweenReports = std::chrono::seconds(1);
constexpr auto kPatience = std::chrono::milliseconds(200);

/// The stack that the signal handler of the blocked thread leaves.
struct snapshot {
  static constexpr int kMost = 64;
  void* frames[kMost];
  int count = 0;
  std::atomic<int> wanted_of{0};  // the thread's number
  std::atomic<bool> taken{false};
};
snapshot the_snapshot;

void take_snapshot(int) {
  int saved = errno;
  int me = static_cast<int>(::syscall(SYS_gettid));
  int wanted = me;
  // acq_rel: the frames are written between the request and `taken`.
  if (the_snapshot.wanted_of.compare_exchange_strong(wanted, 0, std::memory_order_acq_rel)) {
    the_snapshot.count = ::backtrace(the_snapshot.frames, snapshot::kMost);
    the_snapshot.taken.store(true, std::memory_order_release);
  }
  errno = saved;
}

bool install_handler() {
  struct sigaction now {};
  if (::sigaction(kSignal, nullptr, &now) != 0) return false;
  if (now.sa_handler == &take_snapshot) return true;
  if (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN) return false;
  struct sigaction action {};
  action.sa_handler = &take_snapshot;
  action.sa_flags = SA_RESTART;
  return ::sigaction(kSignal, &action, nullptr) == 0;
}

class watchdog {
 public:
  void add(loop& l) {
    std::unique_lock lock(mutex_);
    watched_.push_back({&l, l.resumed(), clock::now(), {}, false});
    changed_.notify_one();
    if (thread_.joinable()) return;
    void* first[1];
    ::backtrace(first, 1);  // loads what it needs, which it must not do in a signal handler
    ending_ = false;
    thread_ = std::thread([this] { work(); });
  }
  void remove(loop& l) {
    std::thread over;
    {
      std::unique_lock lock(mutex_);
      std::erase_if(watched_, [&](const entry& e) { return e.which == &l; });
      if (!watched_.empty()) return;
      ending_ = true;
      changed_.notify_one();
      over = std::move(thread_);
    }
    if (over.joinable()) over.join();
  }

 private:
  struct entry {
    loop* which;
    std::uint64_t resumed;
    clock::time_point since;  // resumed has not changed since
    clock::time_point reported;
    bool told;
  };

  void work() {
    watchdog_thread.store(static_cast<std::uint32_t>(::syscall(SYS_gettid)), std::memory_order_relaxed);
    std::unique_lock lock(mutex_);
    while (!ending_) {
      std::int64_t shortest = 1'000'000'000;
      for (entry& e : watched_) shortest = std::min(shortest, e.which->watchdog_limit());
      changed_.wait_for(lock, std::chrono::nanoseconds(shortest / 2));
      if (ending_) break;
      for (entry& e : watched_) look(e);
    }
    watchdog_thread.store(0, std::memory_order_relaxed);
  }

  void look(entry& e) {
    std::uint64_t resumed = e.which->resumed();
    clock::time_point now = clock::now();
    if (resumed != e.resumed || !e.which->running()) {
      e.resumed = resumed;
      e.since = now;
      e.told = false;
      return;
    }
    if (e.told || to_ns(now - e.since) < e.which->watchdog_limit() || now - e.reported < kBetweenReports) return;
    e.told = true;
    e.reported = now;
    report(e, now);
  }

  void report(const entry& e, clock::time_point now) {
    auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now - e.since).count();
    std::string text = "lockstep::async: the loop of thread " + std::to_string(e.which->thread_number()) +
                       " has been blocked for " + std::to_string(milliseconds) + " ms, by:\n";
    the_snapshot.taken.store(false, std::memory_order_relaxed);
    the_snapshot.wanted_of.store(e.which->thread_number(), std::memory_order_release);
    bool sent = install_handler() && ::syscall(SYS_tgkill, ::getpid(), e.which->thread_number(), kSignal) == 0;
    while (sent && !the_snapshot.taken.load(std::memory_order_acquire) && clock::now() - now < kPatience) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    the_snapshot.wanted_of.store(0, std::memory_order_relaxed);
    if (!the_snapshot.taken.load(std::memory_order_acquire)) {
      text += "    (its stack could not be had)\n";
    } else {
      symbols names;
      for (int i = 0; i < the_snapshot.count; ++i) {
        auto address = reinterpret_cast<std::uintptr_t>(the_snapshot.frames[i]);
        code_place place = names.find(address - 1);
        if (place.function.find("take_snapshot") != std::string::npos) continue;
        if (place.function.empty() || place.function == "__restore_rt") continue;
        // What is below is the runtime.
        if (place.function.find("internal::resume_chain") != std::string::npos ||
            place.function.find("internal::loop::run") != std::string::npos)
          break;
        text += "    " + names.describe(address - 1) + "\n";
      }
    }
    print_report(text);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<entry> watched_;
  std::thread thread_;
  bool ending_ = false;
};

watchdog& the_watchdog() {
  // Never destroyed: a loop may end after the process's statics.
  static auto* w = new watchdog;
  return *w;
}

bool switched_off() {
  static const bool off = [] {
    const char* text = std::getenv("LOCKSTEP_ASYNC_WATCHDOG");
    return text && std::string(text) == "0";
  }();
  return off;
}

}  // namespace

void watch(loop& l) {
  if (l.watchdog_limit() > 0 && !switched_off()) the_watchdog().add(l);
}

void unwatch(loop& l) {
  if (l.watchdog_limit() > 0 && !switched_off()) the_watchdog().remove(l);
}

}  // namespace lockstep::async::internal
