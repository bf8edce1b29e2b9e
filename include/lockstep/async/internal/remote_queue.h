// What other threads give to a loop: a stack that they push to and the loop takes as a whole, and the question whether
// the loop has to be woken for it. Internal.
//
//   thread:  if (queue.push(node)) wake();       // true: the loop sleeps, and this push is the one to wake it
//   loop:    if (queue.prepare_sleep()) { sleep(); queue.awake(); }  take_all(f);
//
// The word: nullptr, a pointer to the last node pushed, or kAsleep (the loop sleeps and nothing was pushed since).
// Invariants: a pushed node is taken exactly once; a push that finds kAsleep returns true, and one wake serves all that
// are pushed until the loop takes them. Memory order: push releases, take_all acquires: what a thread did before the
// push is seen by what the loop does with the node. prepare_sleep is a compare-exchange on the same word, so a push is
// either seen by it (it fails) or sees kAsleep. One word, so no fence is needed. Complexity: O(1) a node.
// Thread safety: push by any thread; the rest by the loop's. Checked by tests/async/check.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockstep::async::internal {

struct remote_node {
  remote_node* next_remote = nullptr;
  /// On the loop's thread.
  virtual void arrived() noexcept = 0;

 protected:
  ~remote_node() = default;
};

class remote_queue {
 public:
  /// True: wake the loop.
  bool push(remote_node& node) noexcept {
    remote_node* head = head_.load(std::memory_order_relaxed);
    do {
      node.next_remote = head == asleep() ? nullptr : head;
      // release: the loop sees what we did before. relaxed on failure: we only look at it again.
    } while (!head_.compare_exchange_weak(head, &node, std::memory_order_release, std::memory_order_relaxed));
    return head == asleep();
  }

  bool empty() const noexcept {
    // relaxed: a hint; take_all() synchronizes.
    remote_node* head = head_.load(std::memory_order_relaxed);
    return head == nullptr || head == asleep();
  }

  /// False: something was pushed; take it instead of sleeping.
  bool prepare_sleep() noexcept {
    remote_node* nothing = nullptr;
    // relaxed: nothing is read because of it; who pushes next sees it by modification order.
    return head_.compare_exchange_strong(nothing, asleep(), std::memory_order_relaxed);
  }
  void awake() noexcept {
    remote_node* a = asleep();
    // relaxed: as in prepare_sleep. Fails if something was pushed meanwhile, which is then taken.
    head_.compare_exchange_strong(a, nullptr, std::memory_order_relaxed);
  }

  /// arrived() of all, in the order of their pushes. Not while asleep.
  void take_all() noexcept {
    if (empty()) return;
    // acquire: see what the pushing threads did before.
    remote_node* last = head_.exchange(nullptr, std::memory_order_acquire);
    remote_node* first = nullptr;
    while (last) {
      remote_node* before = last->next_remote;
      last->next_remote = first;
      first = last;
      last = before;
    }
    while (first) {
      remote_node* next = first->next_remote;  // the node may be gone, or be pushed again, once it has arrived
      first->arrived();
      first = next;
    }
  }

 private:
  static remote_node* asleep() noexcept { return reinterpret_cast<remote_node*>(std::uintptr_t{1}); }

  std::atomic<remote_node*> head_{nullptr};
};

}  // namespace lockstep::async::internal
