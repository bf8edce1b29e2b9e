// The threads and coroutines that wait until a condition of some lock-free structure may have become true ("there is an
// item"). The structure changes first and then calls signal(), which costs a load while nobody waits.
//
// No wakeup is lost: a waiter enters the set, by a seq_cst change of word_, and then looks at the condition once more,
// whose state it reads with seq_cst; a signaller changes that state with a seq_cst read-modify-write and then reads
// word_ with seq_cst. Of the two at least one sees the other. So:
//
//   the rule    what a condition is computed from is changed and read with seq_cst; no further fence is needed.
//
// One waiter at a time is on its way ("waking"): until the one that was notified has had its look, further signals do
// nothing, so that a producer of many items does not pay for a system call each. In return the one that was notified
// must look, and if there is more to be had than what it takes, signal the next: that is `pass_on` of the user.
//
// | word_              | meaning                                       | signal()             |
// |--------------------|-----------------------------------------------|----------------------|
// | 0                  | nobody waits                                  | nothing              |
// | 2n                 | n wait                                        | notifies the first   |
// | 2n + 1             | n wait, and one that was notified is on its way | nothing              |
//
// A waiter's state: kWaiting -> kNotified by a signaller that has taken it from the list, or kWaiting -> kStopped by
// its stop_token. A waiter that gives up (time, stop) and finds that it was notified meanwhile says so, and its user
// looks at the condition like any that was notified: a notification is never dropped.
//
// Coroutines: a node with `notified` set is called back, in the signaller's thread and with no lock held, instead of
// woken.
//
// Invariants: 1. word_ / 2 is the length of the list. 2. A node is in the list or notified or gone. Both change under
// mutex_, word_ by seq_cst read-modify-writes.
//
// Memory order: state: release by the notifier, acquire by the waiter, so that what the signaller did happens before
// what the waiter does (users do not rely on it).
//
// Thread safety: all member functions may be called by any thread.
// Source: eventcounts (Reed and Kanodia, CACM 1979; Vyukov's and Folly's EventCount), with a list in place of an epoch.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>

#include "lockstep/sync/futex.h"
#include "lockstep/sync/internal/backoff.h"

namespace lockstep::sync::internal {

enum class set_result { ready, timeout, stopped };

struct waiting_node {
  static constexpr std::uint32_t kWaiting = 0;
  static constexpr std::uint32_t kNotified = 1;
  static constexpr std::uint32_t kStopped = 2;

  waiting_node* next = nullptr;
  waiting_node* previous = nullptr;
  bool listed = false;
  std::atomic<std::uint32_t> state{kWaiting};
  /// Called in place of waking a thread.
  void (*notified)(waiting_node*) = nullptr;
};

class wait_set {
 public:
  wait_set() = default;
  wait_set(const wait_set&) = delete;
  wait_set& operator=(const wait_set&) = delete;

  /// Somebody waits.
  bool waited_on() const { return word_.load(std::memory_order_relaxed) > 1; }

  /// The condition may have become true for one waiter.
  void signal() {
    std::uint32_t word = word_.load(std::memory_order_seq_cst);
    if (word > 1 && !(word & 1)) [[unlikely]] {
      signal_one();
    }
  }

  /// The condition has become true for all, for good.
  void signal_all() {
    waiting_node* all;
    {
      std::scoped_lock lock(mutex_);
      all = first_;
      first_ = last_ = nullptr;
      for (waiting_node* n = all; n; n = n->next) n->listed = false;
      word_.fetch_and(1, std::memory_order_seq_cst);
    }
    while (all) {
      waiting_node* n = all;
      all = n->next;  // before n is told, since then it is gone
      tell(n);
    }
  }

  /// Waits until ready() holds or a signal comes. `ready`: look at the condition again. After any result but ready()
  /// having been true at the first look the caller may have been chosen by a signal and must pass on; see above.
  template <class Ready>
  set_result wait(Ready&& ready, const deadline& until, const std::stop_token& stop) {
    if (stop.stop_requested()) return set_result::stopped;
    waiting_node node;
    enter(node);
    if (ready()) {
      leave(node);
      return set_result::ready;
    }
    auto stopper = [&node] {
      std::uint32_t waiting = waiting_node::kWaiting;
      if (node.state.compare_exchange_strong(waiting, waiting_node::kStopped, std::memory_order_release,
                                             std::memory_order_relaxed)) {
        futex_wake(node.state);
      }
    };
    std::optional<std::stop_callback<decltype(stopper)>> on_stop;
    if (stop.stop_possible()) on_stop.emplace(stop, stopper);
    bool late = false;
    while (!late && node.state.load(std::memory_order_acquire) == waiting_node::kWaiting) {
      late = futex_wait(node.state, waiting_node::kWaiting, until) == futex_result::timed_out;
    }
    on_stop.reset();
    bool notified = leave(node);
    if (notified) return set_result::ready;
    return node.state.load(std::memory_order_relaxed) == waiting_node::kStopped ? set_result::stopped
                                                                                : set_result::timeout;
  }

  /// Puts a node in, unless the token is stopped: then false, and a stop_callback need not look for it. A coroutine's
  /// node may be notified, and its coroutine be gone, before this returns; so the coroutine's side looks at the
  /// condition after it without touching the node, and if it holds, calls signal(), for whoever is first.
  bool enter(waiting_node& node, const std::stop_token& stop = {}) {
    std::scoped_lock lock(mutex_);
    if (stop.stop_requested()) return false;
    node.state.store(waiting_node::kWaiting, std::memory_order_relaxed);
    node.next = nullptr;
    node.previous = last_;
    node.listed = true;
    (last_ ? last_->next : first_) = &node;
    last_ = &node;
    word_.fetch_add(2, std::memory_order_seq_cst);
    return true;
  }

  /// Takes a node out if it is in; for a coroutine's stop_callback. False: it is being notified, or not in yet.
  bool remove(waiting_node& node) {
    std::scoped_lock lock(mutex_);
    if (!node.listed) return false;
    unlink(node);
    word_.fetch_sub(2, std::memory_order_seq_cst);
    return true;
  }

  /// Takes a thread's node out. True: it had been notified; the signal is the caller's.
  bool leave(waiting_node& node) {
    if (remove(node)) return false;
    // It was taken from the list and is about to be told; until then it must not go away.
    backoff wait;
    while (node.state.load(std::memory_order_acquire) != waiting_node::kNotified) wait.once();
    arrived();
    return true;
  }

  /// The one that was notified is about to look.
  void arrived() { word_.fetch_and(~1U, std::memory_order_seq_cst); }

 private:
  [[gnu::noinline]] void signal_one() {
    waiting_node* node;
    {
      std::scoped_lock lock(mutex_);
      node = first_;
      if (!node || (word_.load(std::memory_order_relaxed) & 1)) return;
      unlink(*node);
      word_.fetch_sub(1, std::memory_order_seq_cst);  // 2n becomes 2(n - 1) + 1
    }
    tell(node);
  }

  void unlink(waiting_node& node) {
    (node.previous ? node.previous->next : first_) = node.next;
    (node.next ? node.next->previous : last_) = node.previous;
    node.listed = false;
  }

  void tell(waiting_node* node) {
    if (node->notified) {
      node->notified(node);
    } else {
      std::atomic<std::uint32_t>& word = node->state;
      word.store(waiting_node::kNotified, std::memory_order_release);
      futex_wake(word);  // the node may be gone by now; see futex.h
    }
  }

  std::atomic<std::uint32_t> word_{0};
  std::mutex mutex_;
  waiting_node* first_ = nullptr;
  waiting_node* last_ = nullptr;
};

}  // namespace lockstep::sync::internal
