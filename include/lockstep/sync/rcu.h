// rcu_domain: readers that cost next to nothing, writers that wait for them. Inside a read-side section whatever a
// reader reaches stays alive; a writer unlinks an object and frees it when all sections that may have seen it are over.
//
//     lockstep::sync::rcu_domain domain;
//     std::atomic<table*> current;
//
//     // a reader
//     {
//       std::scoped_lock reading(domain);                    // two stores to a line of one's own
//       use(*current.load(std::memory_order_acquire));
//     }
//     // a writer
//     table* old = current.exchange(fresh, std::memory_order_acq_rel);
//     domain.retire(old);                                    // freed later; or: domain.synchronize(); delete old;
//
// Thread safety: every member function may be called by any thread; a section is ended by the thread that began it.
// Sections nest. synchronize() (and barrier(), and retire() now and then) waits for readers, so calling it inside a
// section of the same domain is misuse: a message, not a deadlock (misuse.h).
//
// Invariants:
// 1. A reader's `section` is 0 outside of sections; inside it is the epoch that the outermost one began in.
// 2. epoch_ only grows. After synchronize() made it e, no section with a number below e that could have seen what was
//    unlinked before is left.
// 3. What is retired is freed after a synchronize() that began after the retire.
//
// Memory order of each atomic:
// - epoch_: fetch_add release, a reader's load acquire: a section that has the new number, and so is not waited for,
// sees
//   what was unlinked before the number was made.
// - section, store at the begin: relaxed, then a light fence, then the reader's reads. synchronize(): heavy fence, then
// it
//   reads the sections. Either it sees the section and waits for it, or the section's reads see what was unlinked
//   before (asymmetric_fence.h). One pass is enough because epochs never repeat.
// - section, store of 0: release, read by acquire: the section's reads come before the free.
// - callbacks_: CAS release pushes, exchange acquire takes.
//
// Complexity: lock and unlock O(1); synchronize O(threads) plus the longest section; retire amortised O(1): one grace
// period for kBatch objects.
//
// Progress: readers are wait-free. synchronize() spins, then yields, then sleeps in steps of 50 µs up to 1 ms; it does
// not return before the last old section ends, so a reader that never leaves blocks writers for ever.
//
// When not to use it: sections that sleep or wait (garbage grows without bound: hazard_pointer bounds it), few reads
// (shared_mutex), small values (seqlock).
//
// Source: McKenney and Slingwine, "Read-Copy Update", 1998; Desnoyers et al., "User-Level Implementations of Read-Copy
// Update", TPDS 2012 (flavour memb); P2545.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "lockstep/sync/internal/asymmetric_fence.h"
#include "lockstep/sync/internal/backoff.h"
#include "lockstep/sync/internal/thread_slot.h"
#include "lockstep/sync/misuse.h"

namespace lockstep::sync {

class rcu_domain {
 public:
  /// So many retired objects share a grace period.
  static constexpr std::size_t kBatch = 64;

  rcu_domain() = default;
  rcu_domain(const rcu_domain&) = delete;
  rcu_domain& operator=(const rcu_domain&) = delete;
  /// Frees all that is retired. No section may be open any more.
  ~rcu_domain() { run(callbacks_.load(std::memory_order_acquire)); }

  /// Begins a read-side section.
  void lock() noexcept {
    reader& r = readers_.mine();
    if (r.depth++ == 0) {
      r.section.store(epoch_.load(std::memory_order_acquire), std::memory_order_relaxed);
      internal::light_fence();
    }
  }
  bool try_lock() noexcept {
    lock();
    return true;
  }
  /// Ends it.
  void unlock() noexcept {
    reader& r = readers_.mine();
    if (--r.depth == 0) r.section.store(0, std::memory_order_release);
  }

  /// Returns when every section that began before the call is over.
  void synchronize() {
    if (readers_.mine().depth) {
      internal::report_misuse(this, "rcu_domain", "synchronize() inside a read-side section, for which it would wait");
    }
    std::uint64_t epoch = epoch_.fetch_add(1, std::memory_order_release) + 1;
    internal::heavy_fence();
    readers_.each([&](const reader& r) {
      internal::patience wait;
      for (;;) {
        std::uint64_t section = r.section.load(std::memory_order_acquire);
        if (section == 0 || section >= epoch) break;
        wait.once();
      }
    });
  }

  /// Frees the object with the deleter after a grace period. May run the deleters of earlier objects in this thread.
  /// Throws std::bad_alloc.
  template <class T, class Deleter = std::default_delete<T>>
  void retire(T* object, Deleter deleter = Deleter()) {
    struct node : callback {
      node(T* o, Deleter d) : object(o), deleter(std::move(d)) {}
      T* object;
      Deleter deleter;
    };
    auto* n = new node(object, std::move(deleter));
    n->run = [](callback* c) {
      std::unique_ptr<node> self(static_cast<node*>(c));
      self->deleter(self->object);
    };
    push(n);
    // Inside a section the batch waits for a retire outside of one.
    if (count_.fetch_add(1, std::memory_order_relaxed) + 1 >= kBatch && readers_.mine().depth == 0) barrier();
  }

  /// Returns when all that was retired before the call, by this thread or by those that it synchronizes with, is freed,
  /// but for what another thread's barrier() has taken on itself.
  void barrier() {
    callback* mine = callbacks_.exchange(nullptr, std::memory_order_acquire);
    if (!mine) return;
    synchronize();
    run(mine);
  }

  /// Retired and not freed yet; a snapshot.
  std::size_t waiting() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct reader {
    std::atomic<std::uint64_t> section{0};
    std::uint32_t depth = 0;  // its thread's own
  };
  struct callback {
    callback* next = nullptr;
    void (*run)(callback*) = nullptr;
  };

  void push(callback* c) {
    c->next = callbacks_.load(std::memory_order_relaxed);
    while (!callbacks_.compare_exchange_weak(c->next, c, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }

  void run(callback* list) {
    std::size_t n = 0;
    while (list) {
      callback* c = std::exchange(list, list->next);
      c->run(c);
      ++n;
    }
    count_.fetch_sub(n, std::memory_order_relaxed);
  }

  internal::per_thread<reader> readers_;
  alignas(internal::kCacheLine) std::atomic<std::uint64_t> epoch_{1};
  alignas(internal::kCacheLine) std::atomic<callback*> callbacks_{nullptr};
  std::atomic<std::size_t> count_{0};
};

}  // namespace lockstep::sync
