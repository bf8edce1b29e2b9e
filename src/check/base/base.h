// What the runtime uses instead of a standard library: integer names, raw system calls, memory, a bump allocator,
// growing tables and random numbers.
//
// The runtime lives inside the program under test and must not share anything with it: no malloc, no stdio, no locale,
// no thread-local variables, no libstdc++. Everything here is freestanding.
//
// Thread safety: none. While an execution is explored only one kernel thread runs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep::runtime {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

// Branch hints for the paths that every instrumented access takes.
#define LOCKSTEP_LIKELY(x) __builtin_expect(!!(x), 1)
#define LOCKSTEP_UNLIKELY(x) __builtin_expect(!!(x), 0)
/// A symbol that the program under test sees; everything else in the runtime is hidden.
#define LOCKSTEP_EXPORT extern "C" __attribute__((visibility("default")))

/// A raw system call: the kernel's answer, a negative errno value on failure. Never touches errno.
i64 raw_syscall(i64 number, i64 a = 0, i64 b = 0, i64 c = 0, i64 d = 0, i64 e = 0, i64 f = 0);

/// memcpy and memset that never go through an interposed symbol.
inline void copy_bytes(void* to, const void* from, std::size_t n) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}
inline void fill_bytes(void* to, int value, std::size_t n) {
  asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
}
/// `n` is a multiple of 8.
inline void copy_words(void* to, const void* from, std::size_t n) {
  n /= 8;
  asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}
bool equal_bytes(const void* a, const void* b, std::size_t n);
std::size_t length(const char* text);
bool same_text(const char* a, const char* b);
/// Copies at most capacity-1 characters and terminates; returns the number of characters copied.
std::size_t copy_text(char* to, std::size_t capacity, const char* from);
/// Appends to a terminated text in a buffer of `capacity`.
void append_text(char* to, std::size_t capacity, const char* from);
void append_number(char* to, std::size_t capacity, u64 value);

/// Address space that costs nothing until touched. `at` non-zero: exactly there or nullptr. Shared: visible across
/// fork.
void* reserve(std::size_t bytes, bool shared = false, u64 at = 0);

/// Monotonic time of the real world, nanoseconds.
u64 real_nanoseconds();

/// Writes a message to standard error and ends the process: something the runtime cannot recover from.
/// Before that it tells `on_fatal`, if set.
extern void (*on_fatal)(const char* message);
[[noreturn]] void fatal(const char* message, const char* detail = "");

/// xorshift64*; the sequence depends on the seed alone.
class Random {
 public:
  explicit Random(u64 seed = 1) { reset(seed); }
  void reset(u64 seed) {
    // splitmix64, so that neighbouring seeds give unrelated sequences
    seed += 0x9e3779b97f4a7c15;
    seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
    seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
    state_ = (seed ^ (seed >> 31)) | 1;
  }
  u64 next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1d;
  }
  /// Uniform in [0, n); n > 0.
  u32 below(u32 n) { return static_cast<u32>(((next() >> 32) * n) >> 32); }

 private:
  u64 state_ = 1;
};

/// A bump allocator whose memory is given back all at once.
class Bump {
 public:
  void open(std::size_t bytes) {
    base_ = static_cast<u8*>(reserve(bytes));
    top_ = base_;
    end_ = base_ + bytes;
  }
  void reset() { top_ = base_; }
  template <class T>
  T* make(std::size_t n = 1) {
    return static_cast<T*>(take(n * sizeof(T)));
  }
  void* take(std::size_t bytes) {
    u8* p = top_;
    top_ += (bytes + 15) & ~std::size_t{15};
    if (LOCKSTEP_UNLIKELY(top_ > end_)) fatal("out of memory for one execution; lower --depth");
    return p;
  }
  /// A compact handle for something that take() returned; 0 is never one when the first 16 bytes are wasted.
  u32 offset_of(const void* p) const { return static_cast<u32>((static_cast<const u8*>(p) - base_) >> 4); }
  void* at(u32 offset) const { return base_ + (static_cast<u64>(offset) << 4); }
  std::size_t used() const { return static_cast<std::size_t>(top_ - base_); }

 private:
  u8* base_ = nullptr;
  u8* top_ = nullptr;
  u8* end_ = nullptr;
};

/// An array of plain data that grows in reserved address space, so its elements never move.
template <class T>
class Table {
 public:
  void open(std::size_t capacity, bool shared = false) {
    data_ = static_cast<T*>(reserve(capacity * sizeof(T), shared));
    capacity_ = capacity;
    size_ = 0;
  }
  bool is_open() const { return data_ != nullptr; }
  T& push(const T& value) {
    if (LOCKSTEP_UNLIKELY(size_ == capacity_)) fatal("a table of the checker is full");
    return data_[size_++] = value;
  }
  void pop() { --size_; }
  void clear() { size_ = 0; }
  void resize(std::size_t n) { size_ = n; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool full() const { return size_ == capacity_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }

 private:
  T* data_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

/// A growing array of plain data in a bump allocator; valid until that is reset.
template <class T>
struct List {
  T* data = nullptr;
  u32 size = 0;
  u32 capacity = 0;

  void push(Bump& bump, const T& value) {
    if (LOCKSTEP_UNLIKELY(size == capacity)) grow(bump);
    data[size++] = value;
  }
  void erase_at(u32 i) {
    for (u32 k = i + 1; k < size; ++k) data[k - 1] = data[k];
    --size;
  }
  T& operator[](u32 i) { return data[i]; }
  const T& operator[](u32 i) const { return data[i]; }
  T& back() { return data[size - 1]; }
  const T& back() const { return data[size - 1]; }
  T* begin() { return data; }
  T* end() { return data + size; }
  const T* begin() const { return data; }
  const T* end() const { return data + size; }

 private:
  void grow(Bump& bump) {
    u32 wanted = capacity ? capacity * 2 : 4;
    T* fresh = bump.make<T>(wanted);
    for (u32 i = 0; i < size; ++i) fresh[i] = data[i];
    data = fresh;
    capacity = wanted;
  }
};

}  // namespace lockstep::runtime
