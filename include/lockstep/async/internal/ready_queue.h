// The coroutines that can go on, first in first out. Internal. Thread safety: none. Complexity: O(1), amortised.
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>

namespace lockstep::async::internal {

class ready_queue {
 public:
  bool empty() const noexcept { return first_ == last_; }
  std::size_t size() const noexcept { return last_ - first_; }

  void push(std::coroutine_handle<> h) noexcept {
    if (last_ - first_ > mask_) [[unlikely]]
      grow();
    ring_[last_++ & mask_] = h.address();
  }
  std::coroutine_handle<> pop() noexcept { return std::coroutine_handle<>::from_address(ring_[first_++ & mask_]); }

 private:
  // Out of memory here ends the process (noexcept): the coroutine could neither go on nor be told.
  [[gnu::noinline]] void grow() noexcept {
    std::size_t capacity = 2 * (mask_ + 1);
    auto larger = std::make_unique<void*[]>(capacity);
    std::size_t n = size();
    for (std::size_t i = 0; i < n; ++i) larger[i] = ring_[(first_ + i) & mask_];
    ring_ = std::move(larger);
    first_ = 0;
    last_ = n;
    mask_ = capacity - 1;
  }

  std::size_t first_ = 0;
  std::size_t last_ = 0;
  std::size_t mask_ = 63;
  std::unique_ptr<void*[]> ring_ = std::make_unique<void*[]>(64);
};

}  // namespace lockstep::async::internal
