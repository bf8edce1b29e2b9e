// shared_mutex: many readers or one writer, and a choice of who goes first.
//
//     lockstep::sync::shared_mutex m;                                   // writers first
//     lockstep::sync::basic_shared_mutex<reader_priority> r;            // readers first
//     lockstep::sync::basic_shared_mutex<arrival_order> f;              // whoever came first
//     { std::shared_lock lock(m); … }   { std::unique_lock lock(m); … }
//
//   policy           | a reader enters                     | when the lock becomes free, in goes
//   writer_priority  | if no writer is in or waits         | the first writer, else all readers
//   reader_priority  | if no writer is in                  | all readers, else the first writer
//   arrival_order    | if no writer is in, nobody waits    | the first in the queue; a reader: all up to a writer
// With writer_priority a writer waits for the readers that are in, and for no other; readers wait for ever if writers
// never pause. With reader_priority it is the other way round. With arrival_order nobody waits for ever.
//
// Thread safety: all members may be called by any thread, but for construction and destruction. Not recursive: a reader
// that reads again may wait for a writer that waits for it.
// Errors (misuse.h): unlock by a thread that is not the writer, unlock_shared without a reader, destruction while held.
// Who the readers are is not kept, so a reader's unlock_shared by another thread is not noticed.
//
// The word: bits 0..28 readers, 29 kWriterWaits, 30 kWriter, 31 kParked.
// Invariants: P1..P3 of parking.h, and
//   S1  kWriter and readers exclude each other.
//   S2  kWriterWaits is set if and only if a writer is queued; it changes with kParked, under the bucket's lock.
//   S3  Whoever may have made it possible for a queued one to enter (the writer's unlock, the last reader's, a waiter
//       that gave up) calls let_in() under the bucket's lock, before or together with letting go: a queued waiter that
//       may enter by the table is never left behind.
//   S4  the popped are in: let_in() changes the word on their behalf.
// Memory order: entering is acquire, leaving release; a reader's leaving is a read-modify-write, so the writer that
// sees the last one leave sees what all of them did (release sequence). Those let in by another are ordered by their
// node's state.
// Complexity: one compare-exchange each without contention; readers share one line, so they scale no better than a
// fetch_add on it.
// Source: Courtois, Heymans, Parnas, "Concurrent Control with Readers and Writers", 1971 (the first two policies).
//
// When not to use it: for sections of less than a microsecond a mutex is as fast. For data that is read all the time
// and hardly ever written, seqlock or rcu: their readers write nothing.
// Where rivals win: folly::SharedMutex spreads its readers over several lines.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "lockstep/sync/annotations.h"
#include "lockstep/sync/held.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/registry.h"
#include "lockstep/sync/waiting.h"

namespace lockstep::sync {

struct writer_priority {};
struct reader_priority {};
struct arrival_order {};

template <class Policy>
class LOCKSTEP_CAPABILITY("shared_mutex") basic_shared_mutex {
 public:
  constexpr basic_shared_mutex() noexcept = default;
  explicit basic_shared_mutex(const char* name) { set_name(name); }
  ~basic_shared_mutex() {
    if (internal::watched::on()) internal::watched::end(this);
    if (word_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      misused("destroyed while held or waited on");
    internal::tsan::destroy(this);
    internal::forget(this);
  }
  basic_shared_mutex(const basic_shared_mutex&) = delete;
  basic_shared_mutex& operator=(const basic_shared_mutex&) = delete;

  void set_name(const char* name) { internal::name_object(this, kKind, name); }

  // ---- The writer
  void lock() LOCKSTEP_ACQUIRE() {
    enter(kAsWriter, {}, {});
    internal::tsan::locked(this);
  }
  bool try_lock() LOCKSTEP_TRY_ACQUIRE(true) { return try_enter(kAsWriter); }
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) {
    return try_lock_until(deadline::after(timeout), stop);
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) {
    return try_lock_until(deadline::at(when), stop);
  }
  bool try_lock_until(const deadline& until, const std::stop_token& stop = {}) LOCKSTEP_TRY_ACQUIRE(true) {
    return enter_until(kAsWriter, until, stop);
  }
  bool lock(const std::stop_token& stop) LOCKSTEP_TRY_ACQUIRE(true) { return try_lock_until(deadline(), stop); }

  void unlock() LOCKSTEP_RELEASE() {
    if (internal::watched::on()) return internal::watched::unlock(this, internal::watched::kWriter);
    if (writer_.load(std::memory_order_relaxed) != internal::thread_number()) [[unlikely]]
      misused("unlocked");
    internal::tsan::unlocking(this);
    internal::releasing noted(this);
    writer_.store(0, std::memory_order_relaxed);
    std::uint32_t held = kWriter;
    // release: the next one in sees what we did.
    if (!word_.compare_exchange_strong(held, 0, std::memory_order_release, std::memory_order_relaxed)) leave(kWriter);
  }

  // ---- Readers
  void lock_shared() LOCKSTEP_ACQUIRE_SHARED() {
    enter(kAsReader, {}, {});
    internal::tsan::locked(this, internal::tsan::kShared);
  }
  bool try_lock_shared() LOCKSTEP_TRY_ACQUIRE_SHARED(true) { return try_enter(kAsReader); }
  template <class Rep, class Period>
  bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE_SHARED(true) {
    return try_lock_shared_until(deadline::after(timeout), stop);
  }
  template <class Clock, class Duration>
  bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& when, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE_SHARED(true) {
    return try_lock_shared_until(deadline::at(when), stop);
  }
  bool try_lock_shared_until(const deadline& until, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE_SHARED(true) {
    return enter_until(kAsReader, until, stop);
  }
  bool lock_shared(const std::stop_token& stop) LOCKSTEP_TRY_ACQUIRE_SHARED(true) {
    return try_lock_shared_until(deadline(), stop);
  }

  void unlock_shared() LOCKSTEP_RELEASE_SHARED() {
    if (internal::watched::on()) return internal::watched::unlock(this, internal::watched::kReader);
    // ThreadSanitizer is told before the word changes, so what unlock finds out must be known before.
    if (internal::kTsan && !internal::under_checker() && (word_.load(std::memory_order_relaxed) & kReaders) == 0)
      misused("unlocked as reader");
    internal::tsan::unlocking(this, internal::tsan::kShared);
    internal::releasing noted(this);
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((now & kReaders) == 0) [[unlikely]]
        misused("unlocked as reader");
      if ((now & kReaders) == 1 && (now & kParked)) {
        leave(1);
        break;
      }
      // release: the writer sees what we did.
      if (word_.compare_exchange_weak(now, now - 1, std::memory_order_release, std::memory_order_relaxed)) break;
    }
  }

 private:
  template <class P>
  friend internal::wait_result internal::park(P&, internal::waiter&, const deadline&, const std::stop_token&);
  static constexpr const char* kKind = "shared_mutex";
  static constexpr std::uint32_t kParked = internal::kParked;
  static constexpr std::uint32_t kWriter = 1u << 30;
  static constexpr std::uint32_t kWriterWaits = 1u << 29;
  static constexpr std::uint32_t kReaders = kWriterWaits - 1;
  enum : std::uint32_t { kAsReader, kAsWriter };

  [[noreturn, gnu::noinline, gnu::cold]] void misused(const char* what) const {
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    std::string by = "nobody";
    if (now & kWriter) by = "writer thread " + std::to_string(writer_.load(std::memory_order_relaxed));
    if (now & kReaders) by = std::to_string(now & kReaders) + " readers";
    internal::report_misuse(
        this, kKind, what + std::string(" by thread ") + std::to_string(internal::thread_number()) + "; held by " + by);
  }

  /// May one who is not in the queue enter?
  static bool open_to(std::uint32_t wants, std::uint32_t now) noexcept {
    if (std::is_same_v<Policy, arrival_order> && (now & kParked)) return false;
    if (wants == kAsWriter) return (now & (kWriter | kReaders)) == 0;
    return (now & (std::is_same_v<Policy, writer_priority> ? kWriter | kWriterWaits : kWriter)) == 0;
  }
  bool take(std::uint32_t wants) noexcept {
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    while (open_to(wants, now)) {
      std::uint32_t with = wants == kAsWriter ? now | kWriter : now + 1;
      // acquire: sees what those who left did.
      if (word_.compare_exchange_weak(now, with, std::memory_order_acquire, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  /// `how`: a note, or since when it waited.
  template <class How>
  void entered(std::uint32_t wants, const How& how) {
    if (wants == kAsWriter) writer_.store(internal::thread_number(), std::memory_order_relaxed);
    internal::acquired(this, kKind, how);
  }
  bool watched_enter(std::uint32_t wants, unsigned how, const deadline& until, const std::stop_token& stop) {
    how |= wants == kAsWriter ? internal::watched::kWriter : internal::watched::kReader;
    if (std::is_same_v<Policy, writer_priority>) how |= internal::watched::kWritersFirst;
    int error = internal::watched::lock(this, how, until, stop);
    if (error == EDEADLK) misused("locked again");
    return error == 0;
  }
  void enter(std::uint32_t wants, const deadline& until, const std::stop_token& stop) {
    if (internal::watched::on()) return static_cast<void>(watched_enter(wants, 0, until, stop));
    internal::note known = internal::note_to_acquire(this);
    if (take(wants)) [[likely]] {
      entered(wants, known);
    } else {
      std::int64_t since = internal::wait_begins();
      enter_slowly(wants, until, stop);
      entered(wants, since);
    }
  }
  bool try_enter(std::uint32_t wants) {
    if (internal::watched::on()) return watched_enter(wants, internal::watched::kTry, {}, {});
    internal::note known = internal::note_to_acquire(this);
    if (!take(wants)) return false;
    entered(wants, known);
    internal::tsan::try_locked(this, wants == kAsWriter ? internal::tsan::kExclusive : internal::tsan::kShared);
    return true;
  }
  bool enter_until(std::uint32_t wants, const deadline& until, const std::stop_token& stop) {
    if (internal::watched::on()) return watched_enter(wants, 0, until, stop);
    internal::note known = internal::note_to_acquire(this);
    if (take(wants)) {
      entered(wants, known);
    } else {
      std::int64_t since = internal::wait_begins();
      if (!enter_slowly(wants, until, stop)) return false;
      entered(wants, since);
    }
    internal::tsan::try_locked(this, wants == kAsWriter ? internal::tsan::kExclusive : internal::tsan::kShared);
    return true;
  }
  [[gnu::noinline]] bool enter_slowly(std::uint32_t wants, const deadline& until, const std::stop_token& stop) {
    if (writer_.load(std::memory_order_relaxed) == internal::thread_number()) misused("locked again");
    if constexpr (!std::is_same_v<Policy, arrival_order>) {
      for (internal::spinner spin(100); spin.again();) {
        if (take(wants)) return true;
      }
    }
    alignas(internal::kWaiterAlignment) internal::waiter w(wants);
    return internal::park(*this, w, until, stop) == internal::wait_result::granted;
  }

  [[gnu::noinline]] void leave(std::uint32_t what) {
    internal::woken list;
    internal::parking_queue queue(this);
    // The readers that are in, and those that may enter past the queue, change the word meanwhile; the queue stays.
    let_in(queue, list, what);
  }

  /// Takes `leaving` out of the word and lets in whom the policy says, in one step: until it is done we are in
  /// ourselves, so nobody can destroy the mutex, and afterwards it is not touched. With the bucket locked.
  void let_in(internal::parking_queue& queue, internal::woken& list, std::uint32_t leaving) {
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    for (;;) {
      std::uint32_t then = (now - leaving) & ~(kParked | kWriterWaits);
      bool free = (then & (kWriter | kReaders)) == 0;
      // Whom? Either one writer, or `readers` readers (the first ones of the queue), or nobody.
      internal::waiter* writer = nullptr;
      std::uint32_t readers = 0, waiting_readers = 0, waiting_writers = 0;
      for (internal::waiter* w = queue.front(); w; w = queue.after(*w)) {
        if (w->wants == kAsWriter) {
          if (!writer) writer = w;
          ++waiting_writers;
        } else {
          ++waiting_readers;
          if (!writer) ++readers;  // those ahead of every writer
        }
      }
      if constexpr (std::is_same_v<Policy, writer_priority>) {
        readers = writer ? 0 : waiting_readers;
      } else if constexpr (std::is_same_v<Policy, reader_priority>) {
        readers = waiting_readers;
      }
      if (then & kWriter) readers = 0;
      if (readers != 0 || !free) writer = nullptr;
      then += readers + (writer ? kWriter : 0);
      waiting_readers -= readers;
      waiting_writers -= writer ? 1 : 0;
      if (waiting_readers + waiting_writers != 0) then |= kParked;
      if (waiting_writers != 0) then |= kWriterWaits;
      // release: those who enter later see what the leaver did. acquire: those let in see, through their node's state,
      // what the readers did that left before.
      if (!word_.compare_exchange_weak(now, then, std::memory_order_acq_rel, std::memory_order_relaxed)) continue;
      if (writer) queue.pop(*writer, list);
      for (internal::waiter* w = queue.front(); w && readers != 0;) {
        internal::waiter* next = queue.after(*w);
        if (w->wants == kAsReader) {
          queue.pop(*w, list);
          --readers;
        }
        w = next;
      }
      return;
    }
  }

  bool take_or_mark(internal::waiter& w) noexcept {
    for (;;) {
      if (take(w.wants)) return true;
      std::uint32_t now = word_.load(std::memory_order_relaxed);
      if (open_to(w.wants, now)) continue;
      std::uint32_t with = now | kParked | (w.wants == kAsWriter ? kWriterWaits : 0);
      // relaxed: the bits say "look into the queue", which the bucket's lock orders.
      if (now == with || word_.compare_exchange_strong(now, with, std::memory_order_relaxed)) return false;
    }
  }
  void removed(internal::parking_queue& queue, internal::woken& list) {
    let_in(queue, list, 0);  // a writer that gives up may have kept readers out
  }

  std::atomic<std::uint32_t> word_ = 0;
  std::atomic<std::uint32_t> writer_ = 0;  ///< its thread number, for misuse only
};

using shared_mutex = basic_shared_mutex<writer_priority>;

}  // namespace lockstep::sync
