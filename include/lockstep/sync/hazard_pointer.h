// hazard_pointer: a reader's claim on an object that others may replace and free at any time. The object is freed when
// nobody claims it any more. Names and meaning as in C++26's <hazard_pointer>, with the domain as a visible object.
//
//     struct config : lockstep::sync::hazard_pointer_obj_base<config> { int timeout; };
//     std::atomic<config*> current{new config};
//
//     // a reader: no lock, no write that other readers touch
//     lockstep::sync::hazard_pointer h = lockstep::sync::make_hazard_pointer();   // keep it for many reads
//     int t = h.protect(current)->timeout;
//
//     // a writer
//     current.exchange(new config{...})->retire();                               // freed when no reader claims it
//
// Thread safety: a hazard_pointer is used by one thread at a time; retire() and domains by any thread. An object is
// retired once, after it can be reached no more.
//
// Invariants:
// 1. An object that a hazard names since before it became unreachable is not freed until the hazard names it no more.
// 2. At most kThreshold + 2 * (hazards) retired objects wait to be freed while threads go on retiring: garbage is
// bounded.
// 3. A record belongs to one hazard_pointer while `taken` is set; records are never freed before their domain.
//
// Memory order of each atomic:
// - record.hazard, protect's store: relaxed, then a light fence, then source is read again (acquire). A reclaiming
// thread
//   unlinks (its caller did), makes a heavy fence and reads the hazards: either it sees the hazard, or the reader sees
//   the new source and tries again (asymmetric_fence.h).
// - record.hazard, store of null: release, and read by acquire: the reader's accesses to the object come before the
// free.
// - record.taken: exchange acquire, store release: what one owner wrote in the record comes before the next.
// - records_: a list that only grows at its head: CAS release, load acquire.
// - retired_: CAS release pushes (the object is complete); exchange acquire takes all of them.
//
// Complexity: protect O(1), some loads and one store to a line of one's own; retire amortised O(1) (a scan of all
// hazards each time as many objects are waiting as there are hazards, twice, plus kThreshold); make_hazard_pointer O(1)
// usually: records are kept for the next.
//
// Errors: none reported. Destroying a domain while hazards of it exist, or protecting a pointer to an object that is
// retired in another domain, is undefined behaviour.
//
// When not to use it: to hold many objects at once (a claim for each: rcu_domain), or where shared_ptr's cost does not
// matter: it is simpler. Against rcu_domain: garbage is bounded even if a reader sleeps, but each object is claimed.
//
// Source: Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", TPDS 2004; P2530.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "lockstep/sync/internal/asymmetric_fence.h"
#include "lockstep/sync/internal/cache_line.h"

namespace lockstep::sync {

class hazard_pointer;
class hazard_pointer_domain;
hazard_pointer_domain& default_hazard_pointer_domain();

namespace internal {

/// What a retired object is to a domain.
struct retired_object {
  retired_object* next_retired = nullptr;
  const void* address = nullptr;
  void (*free_it)(retired_object*) = nullptr;
};

struct alignas(kCacheLine) hazard_record {
  std::atomic<const void*> hazard{nullptr};
  std::atomic<bool> taken{true};
  hazard_record* next = nullptr;
};

}  // namespace internal

/// Hazards and the objects that wait for them.
class hazard_pointer_domain {
 public:
  /// So many objects may wait beyond twice the number of hazards before a retire looks for those that can be freed.
  static constexpr std::size_t kThreshold = 64;

  hazard_pointer_domain() = default;
  hazard_pointer_domain(const hazard_pointer_domain&) = delete;
  hazard_pointer_domain& operator=(const hazard_pointer_domain&) = delete;
  /// Frees all that is retired. No hazard_pointer of this domain may exist any more.
  ~hazard_pointer_domain() {
    free_all(retired_.load(std::memory_order_acquire), {});
    for (internal::hazard_record* r = records_.load(std::memory_order_acquire); r;) delete std::exchange(r, r->next);
  }

  /// Frees every retired object that no hazard names, now. Objects that other threads are sifting meanwhile are not
  /// waited for.
  void reclaim() {
    internal::retired_object* mine = retired_.exchange(nullptr, std::memory_order_acquire);
    if (!mine) return;
    internal::heavy_fence();
    std::vector<const void*> named;
    for (auto* r = records_.load(std::memory_order_acquire); r; r = r->next) {
      if (const void* p = r->hazard.load(std::memory_order_acquire)) named.push_back(p);
    }
    std::sort(named.begin(), named.end());
    free_all(mine, named);
  }

  /// Retired and not freed yet; a snapshot.
  std::size_t waiting() const { return count_.load(std::memory_order_relaxed); }

 private:
  template <class, class>
  friend class hazard_pointer_obj_base;
  friend class hazard_pointer;
  friend hazard_pointer make_hazard_pointer(hazard_pointer_domain&);

  void retire(internal::retired_object* object) {
    push(object, object);
    std::size_t waiting = count_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (waiting >= kThreshold + 2 * hazards_.load(std::memory_order_relaxed)) reclaim();
  }

  void push(internal::retired_object* first, internal::retired_object* last) {
    internal::retired_object* head = retired_.load(std::memory_order_relaxed);
    do {
      last->next_retired = head;
    } while (!retired_.compare_exchange_weak(head, first, std::memory_order_release, std::memory_order_relaxed));
  }

  /// Frees the objects of the list but those whose addresses are in `named`, which is sorted; they go back to retired_.
  void free_all(internal::retired_object* list, const std::vector<const void*>& named) {
    internal::retired_object* kept = nullptr;
    internal::retired_object* last = nullptr;
    std::size_t freed = 0;
    while (list) {
      internal::retired_object* object = std::exchange(list, list->next_retired);
      if (std::binary_search(named.begin(), named.end(), object->address)) {
        object->next_retired = kept;
        kept = object;
        if (!last) last = object;
      } else {
        object->free_it(object);
        ++freed;
      }
    }
    count_.fetch_sub(freed, std::memory_order_relaxed);
    if (kept) push(kept, last);
  }

  internal::hazard_record* take_record() {
    for (auto* r = records_.load(std::memory_order_acquire); r; r = r->next) {
      if (!r->taken.load(std::memory_order_relaxed) && !r->taken.exchange(true, std::memory_order_acquire)) return r;
    }
    auto* fresh = new internal::hazard_record;
    hazards_.fetch_add(1, std::memory_order_relaxed);
    fresh->next = records_.load(std::memory_order_relaxed);
    while (!records_.compare_exchange_weak(fresh->next, fresh, std::memory_order_release, std::memory_order_relaxed)) {
    }
    return fresh;
  }

  std::atomic<internal::hazard_record*> records_{nullptr};
  std::atomic<std::size_t> hazards_{0};
  alignas(internal::kCacheLine) std::atomic<internal::retired_object*> retired_{nullptr};
  std::atomic<std::size_t> count_{0};
};

/// The domain that is used where none is named. Never destroyed, so that static objects may retire.
inline hazard_pointer_domain& default_hazard_pointer_domain() {
  alignas(hazard_pointer_domain) static unsigned char room[sizeof(hazard_pointer_domain)];
  static auto* domain = new (room) hazard_pointer_domain;
  return *domain;
}

/// Base of objects that can be retired: `struct node : hazard_pointer_obj_base<node>`.
template <class T, class Deleter = std::default_delete<T>>
class hazard_pointer_obj_base : private internal::retired_object {
 public:
  /// Frees *this with the deleter once no hazard of the domain names it. Call once, after it can be reached no more.
  void retire(Deleter deleter = Deleter(), hazard_pointer_domain& domain = default_hazard_pointer_domain()) {
    deleter_ = std::move(deleter);
    this->address = static_cast<T*>(this);
    this->free_it = [](internal::retired_object* o) {
      auto* self = static_cast<hazard_pointer_obj_base*>(o);
      Deleter d = std::move(self->deleter_);
      d(static_cast<T*>(self));
    };
    domain.retire(this);
  }
  void retire(hazard_pointer_domain& domain) { retire(Deleter(), domain); }

 protected:
  hazard_pointer_obj_base() = default;
  hazard_pointer_obj_base(const hazard_pointer_obj_base&) : hazard_pointer_obj_base() {}
  hazard_pointer_obj_base& operator=(const hazard_pointer_obj_base&) { return *this; }
  ~hazard_pointer_obj_base() = default;

 private:
  [[no_unique_address]] Deleter deleter_;
};

class hazard_pointer {
 public:
  /// Names nothing and can protect nothing; see make_hazard_pointer.
  hazard_pointer() = default;
  hazard_pointer(hazard_pointer&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  hazard_pointer& operator=(hazard_pointer&& other) noexcept {
    hazard_pointer(std::move(other)).swap(*this);
    return *this;
  }
  ~hazard_pointer() {
    if (!record_) return;
    reset_protection();
    record_->taken.store(false, std::memory_order_release);
  }

  bool empty() const { return !record_; }

  /// What source holds, protected until the next protect, reset_protection or the end of *this. Lock-free: tries again
  /// while source changes.
  template <class T>
  T* protect(const std::atomic<T*>& source) {
    T* p = source.load(std::memory_order_relaxed);
    while (!try_protect(p, source)) {
    }
    return p;
  }

  /// Protects p if source still holds it; otherwise p becomes what source holds, and nothing is protected.
  template <class T>
  bool try_protect(T*& p, const std::atomic<T*>& source) {
    T* old = p;
    reset_protection(old);
    p = source.load(std::memory_order_acquire);
    if (p == old) return true;
    reset_protection();
    return false;
  }

  /// Names an object that is known to be alive, by another hazard for instance.
  template <class T>
  void reset_protection(T* p) {
    record_->hazard.store(static_cast<const void*>(p), std::memory_order_relaxed);
    internal::light_fence();
  }
  /// Names nothing any more.
  void reset_protection(std::nullptr_t = nullptr) { record_->hazard.store(nullptr, std::memory_order_release); }

  void swap(hazard_pointer& other) noexcept { std::swap(record_, other.record_); }

 private:
  friend hazard_pointer make_hazard_pointer(hazard_pointer_domain&);
  explicit hazard_pointer(internal::hazard_record* record) : record_(record) {}

  internal::hazard_record* record_ = nullptr;
};

/// A hazard that can protect. Throws std::bad_alloc.
inline hazard_pointer make_hazard_pointer(hazard_pointer_domain& domain = default_hazard_pointer_domain()) {
  return hazard_pointer(domain.take_record());
}

}  // namespace lockstep::sync
