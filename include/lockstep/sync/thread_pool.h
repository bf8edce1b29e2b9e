// thread_pool: a fixed number of threads that run functions; work-stealing, and nested waits help instead of
// deadlocking.
//
//     lockstep::sync::thread_pool pool;                               // a thread for each processor
//     pool.post([] { log("started"); });                              // fire and forget
//     auto sum = pool.submit([&] { return add_up(data); });           // a result
//     use(sum.get());                                                 // inside of the pool: runs other work meanwhile
//
// fork_join.h and parallel_for.h run on it.
//
// Thread safety: every member function may be called by any thread, inside and outside of the pool. A pool_result
// belongs to one thread at a time. The pool is destroyed by a thread outside of it: what was posted is run to the end
// first, and what that posts too.
//
// How: posted functions go to one common queue, first in first out. What fork_join forks goes to its worker's own
// deque. A worker takes from its deque, then from the common queue, then steals from other workers; when nothing is to
// be had it spins a little and sleeps.
//
// | waiting                    | for what                  | meanwhile                                           |
// |----------------------------|---------------------------|-----------------------------------------------------|
// | a worker without work      | work, the end of the pool | sleeps in sleepers_                                 |
// | a worker in get() or join  | the task, and work        | runs other work; sleeps in sleepers_ with kHelper   |
// | any other thread in get()  | the task                  | sleeps in the waiting room (parking.h) with kParked |
//
// Invariants:
// 1. A task is run once, by one worker; then kDone of its word is set, and the task is not touched any more by the pool
//    (but for its reference, of those on the heap).
// 2. Work that is there is seen: who adds it signals sleepers_ after it; who goes to sleep looks at everything once
//    more after entering sleepers_ (wait_set.h; the deques' plain stores make this a case for asymmetric_fence.h).
// 3. A worker that was woken and finds work wakes the next one if there is more.
//
// Memory order: task.word: fetch_or seq_cst by the runner, acquire by the waiter: the task's effects are seen. The rest
// is in work_deque.h, wait_set.h and the lock of the common queue.
//
// Errors: an exception leaves a posted function: std::terminate; a submitted one: get() throws it. Destroying the pool
// in one of its threads: misuse. Cancellation: a wait may be late or stopped, the task then runs all the same. Give the
// function a stop_token to end it. A helper runs whatever is next, on its own stack: nested waits can nest deeply, and
// a lock held over a wait may be asked for by the work that runs meanwhile (do not wait with a lock held).
//
// Complexity: post and submit O(1), one allocation. fork_join: none.
// When not to use it: functions that block for long on something else (they occupy a worker; give them threads).
// Source: Blumofe and Leiserson, "Scheduling Multithreaded Computations by Work Stealing", JACM 1999.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/internal/asymmetric_fence.h"
#include "lockstep/sync/internal/backoff.h"
#include "lockstep/sync/internal/cache_line.h"
#include "lockstep/sync/internal/park_while.h"
#include "lockstep/sync/internal/wait_set.h"
#include "lockstep/sync/internal/work_deque.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/parking.h"
#include "lockstep/sync/spin.h"

namespace lockstep::sync {

class thread_pool;
template <class R>
class pool_result;

namespace internal {

struct task {
  static constexpr std::uint32_t kDone = 1;
  static constexpr std::uint32_t kHelper = 2;  // a worker waits for it in sleepers_

  explicit task(void (*how)(task*)) : run(how) {}
  bool done() const { return word.load(std::memory_order_acquire) & kDone; }

  void (*const run)(task*);  // ends with finished()
  task* next = nullptr;      // in the common queue
  std::atomic<std::uint32_t> word{0};
};

struct alignas(kCacheLine) pool_worker {
  explicit pool_worker(thread_pool& p) : pool(p) {}
  thread_pool& pool;
  work_deque<task> deque;
  std::uint32_t victim = 0;  // where the next theft begins; its own
};

inline constinit thread_local pool_worker* current_worker = nullptr;

/// What a result and its task share; freed by the last of the two.
template <class R>
struct pool_job;

}  // namespace internal

class thread_pool {
 public:
  explicit thread_pool(std::size_t threads = std::thread::hardware_concurrency()) {
    if (threads == 0) threads = 1;
    for (std::size_t i = 0; i < threads; ++i) workers_.push_back(std::make_unique<internal::pool_worker>(*this));
    for (auto& w : workers_) threads_.emplace_back([this, worker = w.get()] { work(*worker); });
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool() {
    if (inside()) internal::report_misuse(this, "thread_pool", "destroyed in one of its own threads");
    ending_.store(true, std::memory_order_seq_cst);
    internal::light_fence();
    sleepers_.signal_all();
    for (std::thread& t : threads_) t.join();
  }

  std::size_t size() const { return workers_.size(); }
  /// The caller is one of its threads.
  bool inside() const { return internal::current_worker && &internal::current_worker->pool == this; }

  /// Runs f() some time. Throws std::bad_alloc.
  template <class Function>
  void post(Function&& f) {
    struct posted : internal::task {
      explicit posted(Function&& g)
          : task([](internal::task* t) {
              std::unique_ptr<posted> self(static_cast<posted*>(t));
              run_posted(self->function);
            }),
            function(std::forward<Function>(g)) {}
      std::decay_t<Function> function;
    };
    add(new posted(std::forward<Function>(f)));
  }

  /// Runs f() some time; its result or exception is in what is returned. Throws std::bad_alloc.
  template <class Function, class R = std::invoke_result_t<std::decay_t<Function>&>>
  [[nodiscard]] pool_result<R> submit(Function&& f);

 private:
  template <class>
  friend class pool_result;
  template <class>
  friend struct internal::pool_job;
  template <class F, class G>
  friend void fork_join(thread_pool&, F&&, G&&);

  template <class Function>
  static void run_posted(Function& f) noexcept {
    f();
  }

  void add(internal::task* t) {
    {
      std::scoped_lock lock(common_lock_);
      (common_last_ ? common_last_->next : common_first_) = t;
      common_last_ = t;
      common_size_.store(common_size_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    internal::light_fence();
    sleepers_.signal();
  }

  /// After the last access to the task, but for a waiter's.
  void finished(internal::task& t) {
    // From here on a task on a stack may be gone.
    std::uint32_t before = t.word.fetch_or(internal::task::kDone, std::memory_order_seq_cst);
    if (before & internal::task::kHelper) sleepers_.signal_all();
    if (before & internal::kParked) internal::wake_all_parked(&t);
  }

  internal::task* next_common() {
    if (common_size_.load(std::memory_order_relaxed) == 0) return nullptr;
    std::scoped_lock lock(common_lock_);
    internal::task* t = common_first_;
    if (!t) return nullptr;
    common_first_ = t->next;
    if (!common_first_) common_last_ = nullptr;
    common_size_.store(common_size_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    return t;
  }

  internal::task* find(internal::pool_worker& w) {
    if (internal::task* t = w.deque.take()) return t;
    if (internal::task* t = next_common()) return t;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      internal::pool_worker& other = *workers_[(w.victim + i) % workers_.size()];
      if (&other == &w || other.deque.looks_empty()) continue;
      if (internal::task* t = other.deque.steal()) {
        w.victim = static_cast<std::uint32_t>((w.victim + i) % workers_.size());  // where there was some, there is more
        return t;
      }
    }
    return nullptr;
  }

  /// Is there something to be had? For whoever is in sleepers_ already.
  bool has_work() {
    internal::heavy_fence();
    if (common_size_.load(std::memory_order_relaxed) != 0) return true;
    for (auto& w : workers_) {
      if (!w->deque.looks_empty()) return true;
    }
    return false;
  }

  /// Runs work until over(); sleeps when there is none. False: timeout or stop.
  template <class Over>
  bool run_until(internal::pool_worker& w, Over&& over, const deadline& until, const std::stop_token& stop) {
    bool woken = false;
    for (;;) {
      if (over()) break;
      internal::task* t = nullptr;
      for (internal::spinner spin; !(t = find(w));) {
        if (over() || !spin.again()) break;
      }
      if (t) {
        if (std::exchange(woken, false)) pass_on();
        t->run(t);
        continue;
      }
      if (over()) break;
      internal::set_result r = sleepers_.wait([&] { return over() || has_work(); }, until, stop);
      if (r != internal::set_result::ready) return over();
      woken = true;
    }
    if (woken) pass_on();
    return true;
  }
  void pass_on() {
    if (has_work()) sleepers_.signal();
  }

  void work(internal::pool_worker& w) {
    internal::current_worker = &w;
    auto over = [this] { return ending_.load(std::memory_order_seq_cst) && !has_work(); };
    run_until(w, over, {}, {});
    internal::current_worker = nullptr;
  }

  /// A worker's wait for a task. False: timeout or stop.
  bool help_until_done(internal::pool_worker& w, internal::task& t, const deadline& until,
                       const std::stop_token& stop) {
    if (t.done()) return true;
    // seq_cst: before the look at the word in sleepers_; acquire is for the case that it is done.
    t.word.fetch_or(internal::task::kHelper, std::memory_order_seq_cst);
    return run_until(
        w, [&t] { return t.done(); }, until, stop);
  }

  bool wait_done(internal::task& t, const deadline& until, const std::stop_token& stop) {
    if (inside()) return help_until_done(*internal::current_worker, t, until, stop);
    return internal::park_while(
        &t, t.word, [](std::uint32_t word) { return !(word & internal::task::kDone); }, until, stop);
  }

  std::vector<std::unique_ptr<internal::pool_worker>> workers_;
  alignas(internal::kCacheLine) internal::wait_set sleepers_;
  std::atomic<bool> ending_{false};
  alignas(internal::kCacheLine) internal::bucket_lock common_lock_;
  internal::task* common_first_ = nullptr;
  internal::task* common_last_ = nullptr;
  std::atomic<std::size_t> common_size_{0};  // written under the lock
  std::vector<std::thread> threads_;
};

namespace internal {

template <class R>
struct pool_job : task {
  using stored = std::conditional_t<std::is_void_v<R>, char,
                                    std::conditional_t<std::is_reference_v<R>, std::remove_reference_t<R>*, R>>;

  pool_job(thread_pool& p, void (*how)(task*)) : task(how), pool(p) {}
  virtual ~pool_job() = default;
  pool_job(const pool_job&) = delete;
  pool_job& operator=(const pool_job&) = delete;

  template <class Function>
  void fill(Function& f) {
    try {
      if constexpr (std::is_void_v<R>) {
        f();
        value.emplace();
      } else if constexpr (std::is_reference_v<R>) {
        value.emplace(&f());
      } else {
        value.emplace(f());
      }
    } catch (...) {
      exception = std::current_exception();
    }
    pool.finished(*this);
    release();
  }
  void release() {
    // acq_rel: the one that frees comes after all that the other did.
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  thread_pool& pool;
  std::optional<stored> value;
  std::exception_ptr exception;
  std::atomic<int> references{2};
};

}  // namespace internal

/// The result to be of a submitted function. Dropping it does not stop the function.
template <class R>
class pool_result {
 public:
  pool_result() = default;
  pool_result(pool_result&& other) noexcept : job_(std::exchange(other.job_, nullptr)) {}
  pool_result& operator=(pool_result&& other) noexcept {
    std::swap(job_, other.job_);
    return *this;
  }
  ~pool_result() {
    if (job_) job_->release();
  }

  bool valid() const { return job_; }
  bool ready() const { return job_->done(); }
  void wait() const { job_->pool.wait_done(*job_, {}, {}); }
  /// False: stopped.
  bool wait(const std::stop_token& stop) const { return job_->pool.wait_done(*job_, {}, stop); }
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) const {
    return job_->pool.wait_done(*job_, deadline::after(longest), stop);
  }
  template <class Clock, class Duration>
  bool wait_until(std::chrono::time_point<Clock, Duration> until, const std::stop_token& stop = {}) const {
    return job_->pool.wait_done(*job_, deadline::at(until), stop);
  }
  /// The value or the exception; once.
  R get() {
    wait();
    pool_result done(std::move(*this));
    if (done.job_->exception) std::rethrow_exception(done.job_->exception);
    if constexpr (std::is_reference_v<R>) {
      return **done.job_->value;
    } else if constexpr (!std::is_void_v<R>) {
      return std::move(*done.job_->value);
    }
  }

 private:
  friend class thread_pool;
  explicit pool_result(internal::pool_job<R>* job) : job_(job) {}
  internal::pool_job<R>* job_ = nullptr;
};

template <class Function, class R>
pool_result<R> thread_pool::submit(Function&& f) {
  struct job : internal::pool_job<R> {
    job(thread_pool& p, Function&& g)
        : internal::pool_job<R>(p,
                                [](internal::task* t) {
                                  auto* self = static_cast<job*>(t);
                                  self->fill(self->function);
                                }),
          function(std::forward<Function>(g)) {}
    std::decay_t<Function> function;
  };
  auto* j = new job(*this, std::forward<Function>(f));
  add(j);
  return pool_result<R>(j);
}

}  // namespace lockstep::sync
