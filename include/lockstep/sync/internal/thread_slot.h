// Small numbers for living threads, and tables indexed by them: what counters, hazard pointers and RCU domains keep for
// each thread.
//
// thread_slot() is the caller's number, the lowest that was free when the thread first asked. It is the thread's own
// until the thread ends; then another thread may get it. What the former owner wrote in its cells happens before what
// the next one does there (release on giving back, acquire on taking).
//
// per_thread<Cell> grows in chunks of 8, 8, 16, 32, … cells as higher numbers turn up; cells never move. A cell is
// written by its owner and read by all; each lies on cache lines of its own.
//
// Invariants:
// 1. A bit of the table of slots is set exactly while a living thread owns that number.
// 2. A chunk's pointer changes once, from null.
//
// Memory order:
// - taking a number: CAS acquire, pairs with the release of giving back.
// - a chunk's pointer: CAS release when it is published (the cells are constructed), acquire when it is read.
//
// Limits: 65,536 threads at a time; a process with more ends with a message.
// A thread that asks again after its thread-local objects were destroyed (from another one's destructor) gets a number
// that is never given back.
//
// Thread safety: all functions may be called by any thread.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "lockstep/sync/internal/cache_line.h"
#include "lockstep/sync/misuse.h"

namespace lockstep::sync::internal {

inline constexpr std::uint32_t kMaxThreadSlots = 1U << 16;

class slot_table {
 public:
  std::uint32_t take() {
    for (std::uint32_t w = 0; w < kMaxThreadSlots / 64; ++w) {
      std::uint64_t taken = words_[w].load(std::memory_order_relaxed);
      while (~taken) {
        int bit = std::countr_one(taken);
        if (words_[w].compare_exchange_weak(taken, taken | (std::uint64_t{1} << bit), std::memory_order_acquire,
                                            std::memory_order_relaxed)) {
          return w * 64 + static_cast<std::uint32_t>(bit);
        }
      }
    }
    report_misuse(this, "thread slots", "more than 65,536 threads at a time");
  }
  void give_back(std::uint32_t slot) {
    words_[slot / 64].fetch_and(~(std::uint64_t{1} << slot % 64), std::memory_order_release);
  }

 private:
  std::atomic<std::uint64_t> words_[kMaxThreadSlots / 64] = {};
};

inline constinit slot_table thread_slots;
/// The caller's number plus one; 0: it has none yet.
inline constinit thread_local std::uint32_t my_slot_plus_one = 0;

struct slot_guard {
  std::uint32_t slot = thread_slots.take();
  slot_guard() { my_slot_plus_one = slot + 1; }
  ~slot_guard() {
    my_slot_plus_one = 0;
    thread_slots.give_back(slot);
  }
  slot_guard(const slot_guard&) = delete;
  slot_guard& operator=(const slot_guard&) = delete;
};

[[gnu::noinline]] inline std::uint32_t first_thread_slot() {
  static thread_local slot_guard guard;
  if (!my_slot_plus_one) my_slot_plus_one = thread_slots.take() + 1;  // the guard is gone: the thread is ending
  return my_slot_plus_one - 1;
}

inline std::uint32_t thread_slot() {
  std::uint32_t mine = my_slot_plus_one;
  return mine ? mine - 1 : first_thread_slot();
}

template <class Cell>
class per_thread {
 public:
  per_thread() = default;
  per_thread(const per_thread&) = delete;
  per_thread& operator=(const per_thread&) = delete;
  ~per_thread() {
    for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
  }

  /// The caller's cell.
  Cell& mine() {
    std::uint32_t slot = thread_slot();
    std::uint32_t chunk = chunk_of(slot);
    lined* cells = chunks_[chunk].load(std::memory_order_acquire);
    if (!cells) [[unlikely]] {
      cells = make(chunk);
    }
    return cells[slot - first_of(chunk)].cell;
  }

  /// visit(cell) for each cell that may have been used.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::uint32_t c = 0; c < kChunks; ++c) {
      lined* cells = chunks_[c].load(std::memory_order_acquire);
      if (!cells) continue;
      for (std::uint32_t i = 0; i < size_of(c); ++i) visit(cells[i].cell);
    }
  }

 private:
  struct alignas(kCacheLine) lined {
    Cell cell{};
  };
  static constexpr std::uint32_t kFirst = 8;
  static constexpr std::uint32_t kChunks = 14;  // 8 << 13 is kMaxThreadSlots
  static_assert(kFirst << (kChunks - 1) == kMaxThreadSlots);

  static std::uint32_t chunk_of(std::uint32_t slot) {
    return static_cast<std::uint32_t>(std::bit_width(slot / kFirst));
  }
  static std::uint32_t first_of(std::uint32_t chunk) { return chunk ? kFirst << (chunk - 1) : 0; }
  static std::uint32_t size_of(std::uint32_t chunk) { return chunk ? kFirst << (chunk - 1) : kFirst; }

  [[gnu::noinline]] lined* make(std::uint32_t chunk) {
    lined* fresh = new lined[size_of(chunk)];
    lined* there = nullptr;
    if (chunks_[chunk].compare_exchange_strong(there, fresh, std::memory_order_acq_rel, std::memory_order_acquire)) {
      return fresh;
    }
    delete[] fresh;
    return there;
  }

  std::atomic<lined*> chunks_[kChunks] = {};
};

}  // namespace lockstep::sync::internal
