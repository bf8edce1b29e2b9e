// A hierarchical timer wheel. Internal.
//
// Time is cut into ticks of 2^16 ns (65.5 µs). Level 0 has a slot for each of the next 64 ticks, level 1 for each of
// the next 64 times 64 ticks, and so on; a timer lies on the lowest level on which it and the present differ in that
// level's slot only, so inserting and removing touch one list and one bit. When time enters a slot of a higher level,
// its timers move down. Invariants: a slot's bit is set if and only if its list is not empty; no timer is before the
// present; a timer never fires early (its tick is rounded up), and late by less than a tick plus the loop's delay.
// Complexity: insert, remove O(1); next() O(levels); a timer moves down at most 7 times. Thread safety: none.
// Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "lockstep/async/internal/context.h"

namespace lockstep::async::internal {

class timer : public list_link {
 public:
  /// Called when the time has come, after the timer left the wheel.
  virtual void fire() noexcept = 0;
  bool armed() const noexcept { return linked(); }

 protected:
  ~timer() = default;

 private:
  friend class timer_wheel;
  std::uint64_t tick_ = 0;
  std::uint8_t level_ = 0;
  std::uint8_t slot_ = 0;
};

class timer_wheel {
 public:
  static constexpr int kTickShift = 16;
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;
  static constexpr int kLevels = 8;  // 64^8 ticks: 584 years
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// Nanoseconds of the clock whose times insert() and advance() are given.
  explicit timer_wheel(std::int64_t now) noexcept : now_(tick_down(now)) {}
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  void insert(timer& t, std::int64_t when) noexcept {
    std::uint64_t tick = tick_up(when);
    t.tick_ = tick > now_ ? tick : now_ + 1;
    place(t);
    ++size_;
  }
  void remove(timer& t) noexcept {
    take_out(t);
    --size_;
  }

  /// When advance() should be called next: no later than the first timer's time, maybe before it. kNever if empty.
  std::int64_t next() const noexcept {
    if (size_ == 0) return kNever;
    for (int level = 0; level < kLevels; ++level) {
      if (bits_[level] == 0) continue;
      return to_time(start_of(level, first_slot(level)));
    }
    return kNever;
  }

  /// Fires all timers up to `now`, in the order of their ticks. fire() may insert and remove timers.
  void advance(std::int64_t now) noexcept {
    std::uint64_t target = tick_down(now);
    while (size_ != 0) {
      int level = 0;
      while (bits_[level] == 0) ++level;
      int slot = first_slot(level);
      std::uint64_t start = start_of(level, slot);
      if (start > target) break;
      now_ = start;
      list_link& head = slots_[level][slot];
      if (level == 0) {
        list_link due;
        splice(head, due);
        bits_[0] &= ~(std::uint64_t{1} << slot);
        while (due.linked()) {
          auto& t = static_cast<timer&>(*due.next);
          t.unlink();
          --size_;
          t.fire();
        }
      } else {
        list_link down;
        splice(head, down);
        bits_[level] &= ~(std::uint64_t{1} << slot);
        while (down.linked()) {
          auto& t = static_cast<timer&>(*down.next);
          t.unlink();
          place(t);
        }
      }
    }
    if (target > now_) now_ = target;
  }

 private:
  static std::uint64_t tick_down(std::int64_t ns) noexcept { return static_cast<std::uint64_t>(ns) >> kTickShift; }
  static std::uint64_t tick_up(std::int64_t ns) noexcept {
    if (ns <= 0) return 0;
    return (static_cast<std::uint64_t>(ns) + ((1u << kTickShift) - 1)) >> kTickShift;
  }
  static std::int64_t to_time(std::uint64_t tick) noexcept {
    if (tick > static_cast<std::uint64_t>(kNever) >> kTickShift) return kNever;
    return static_cast<std::int64_t>(tick << kTickShift);
  }

  void place(timer& t) noexcept {
    // The highest bit in which the timer's tick and the present differ says on which level they part.
    std::uint64_t differ = t.tick_ ^ now_;
    int level = differ < kSlots ? 0 : (63 - std::countl_zero(differ)) / kSlotBits;
    if (level >= kLevels) level = kLevels - 1;
    int slot = static_cast<int>(t.tick_ >> (level * kSlotBits)) & (kSlots - 1);
    t.level_ = static_cast<std::uint8_t>(level);
    t.slot_ = static_cast<std::uint8_t>(slot);
    t.insert_before(slots_[level][slot]);
    bits_[level] |= std::uint64_t{1} << slot;
  }
  void take_out(timer& t) noexcept {
    t.unlink();
    if (!slots_[t.level_][t.slot_].linked()) bits_[t.level_] &= ~(std::uint64_t{1} << t.slot_);
  }
  static void splice(list_link& from, list_link& to) noexcept {
    if (!from.linked()) return;
    to.next = from.next;
    to.previous = from.previous;
    to.next->previous = &to;
    to.previous->next = &to;
    from.next = from.previous = &from;
  }

  int first_slot(int level) const noexcept {
    int at = static_cast<int>(now_ >> (level * kSlotBits)) & (kSlots - 1);
    return (at + std::countr_zero(std::rotr(bits_[level], at))) & (kSlots - 1);
  }
  /// The first tick of a slot.
  std::uint64_t start_of(int level, int slot) const noexcept {
    int shift = level * kSlotBits;
    std::uint64_t round = std::uint64_t{1} << (shift + kSlotBits);
    std::uint64_t start = (now_ & ~(round - 1)) | (static_cast<std::uint64_t>(slot) << shift);
    return start < now_ && level == kLevels - 1 ? start + round : start;
  }

  std::uint64_t now_;
  std::size_t size_ = 0;
  std::uint64_t bits_[kLevels] = {};
  list_link slots_[kLevels][kSlots];
};

}  // namespace lockstep::async::internal
