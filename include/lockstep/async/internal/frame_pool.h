// Coroutine frames: recycled by size, one pool a thread. Internal.
//
// A frame freed on a thread is reused by the next one of its size class on that thread, last in first out, so it is
// still in the cache. Sizes are such that the C library's heap adds nothing: it hands out multiples of 16 bytes less 8.
// Frames above kLargest go to the heap, and so does everything under AddressSanitizer, which then
// sees a use after free. Thread safety: each thread has its own pool; a frame may be freed by another thread than made
// it. Complexity: O(1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define LOCKSTEP_ASYNC_PLAIN_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKSTEP_ASYNC_PLAIN_FRAMES 1
#endif
#endif

namespace lockstep::async::internal {

struct frame_pool {
  static constexpr std::size_t kGranule = 32;
  static constexpr std::size_t kHeapHeader = 8;
  static constexpr std::size_t kClasses = 64;
  static constexpr std::size_t kLargest = kGranule * (kClasses - 1) - kHeapHeader;
  /// Frames of a class that are kept.
  static constexpr std::uint32_t kKept = 4096;

  struct free_frame {
    free_frame* next;
  };
  free_frame* first[kClasses];
  std::uint32_t count[kClasses];

  static std::size_t class_of(std::size_t size) noexcept { return (size + kHeapHeader + kGranule - 1) / kGranule; }

  void* allocate(std::size_t size) {
#ifdef LOCKSTEP_ASYNC_PLAIN_FRAMES
    return ::operator new(size);
#else
    std::size_t c = class_of(size);
    if (c >= kClasses) [[unlikely]]
      return ::operator new(size);
    if (free_frame* f = first[c]) [[likely]] {
      first[c] = f->next;
      --count[c];
      return f;
    }
    return ::operator new(c* kGranule - kHeapHeader);
#endif
  }

  void release(void* frame, std::size_t size) noexcept {
#ifdef LOCKSTEP_ASYNC_PLAIN_FRAMES
    ::operator delete(frame);
    (void)size;
#else
    std::size_t c = class_of(size);
    if (c >= kClasses || count[c] >= kKept) [[unlikely]]
      return ::operator delete(frame);
    first[c] = new (frame) free_frame{first[c]};
    ++count[c];
#endif
  }

  /// Gives everything back to the heap.
  void clear() noexcept {
    for (std::size_t c = 0; c < kClasses; ++c) {
      while (free_frame* f = first[c]) {
        first[c] = f->next;
        ::operator delete(f);
      }
      count[c] = 0;
    }
  }
};

}  // namespace lockstep::async::internal
