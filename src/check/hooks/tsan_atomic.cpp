// Atomic accesses and fences: the __tsan_atomic entry points of gcc and clang, 1 to 16 bytes. Loads and
// read-modify-writes come through entry stubs (entry.S).
#include "detect/race.h"
#include "hooks/hook.h"
#include "program/atomics.h"

namespace lockstep::runtime {
namespace {

using protocol::RmwOp;
using u128 = unsigned __int128;

// gcc may set high bits (hardware lock elision); the order is in the low ones.
Order order_of(int mo) {
  int low = mo & 0x7fff;
  return low > 5 ? Order::kSeqCst : static_cast<Order>(low);
}

template <class T>
atomics::Value wide(T v) {
  if constexpr (sizeof(T) == 16) {
    return {static_cast<u64>(v), static_cast<u64>(v >> 64)};
  } else {
    return {static_cast<u64>(v), 0};
  }
}

template <class T>
T narrow(atomics::Value v) {
  if constexpr (sizeof(T) == 16) {
    return static_cast<T>(v.high) << 64 | v.low;
  } else {
    return static_cast<T>(v.low);
  }
}

// ---- outside of executions: the real thing, at least as strong as asked ----

bool native_cas(volatile u128* p, u128& expected, u128 desired) {
  u64 low = static_cast<u64>(expected), high = static_cast<u64>(expected >> 64);
  bool done;
  asm volatile("lock cmpxchg16b %1"
               : "=@ccz"(done), "+m"(*p), "+a"(low), "+d"(high)
               : "b"(static_cast<u64>(desired)), "c"(static_cast<u64>(desired >> 64))
               : "memory");
  expected = static_cast<u128>(high) << 64 | low;
  return done;
}

template <class T>
bool native_cas(volatile T* p, T& expected, T desired) {
  return __atomic_compare_exchange_n(p, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

template <class T>
T native_load(volatile T* p) {
  if constexpr (sizeof(T) == 16) {
    T value = 0;
    native_cas(p, value, value);
    return value;
  } else {
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
  }
}

template <class T>
T native_rmw(volatile T* p, RmwOp op, T v) {
  T old = native_load(p);
  for (;;) {
    T fresh = v;
    switch (op) {
      case RmwOp::kExchange:
        break;
      case RmwOp::kAdd:
        fresh = static_cast<T>(old + v);
        break;
      case RmwOp::kSub:
        fresh = static_cast<T>(old - v);
        break;
      case RmwOp::kAnd:
        fresh = old & v;
        break;
      case RmwOp::kOr:
        fresh = old | v;
        break;
      case RmwOp::kXor:
        fresh = old ^ v;
        break;
      case RmwOp::kNand:
        fresh = static_cast<T>(~(old & v));
        break;
    }
    if (native_cas(p, old, fresh)) return old;
  }
}

template <class T>
T load(volatile T* p, int mo) {
  LOCKSTEP_STUB_HOOK(native_load(p));
  return narrow<T>(atomics::load(t, address_of(p), sizeof(T), order_of(mo), pc));
}

template <class T>
T rmw(volatile T* p, RmwOp op, T v, int mo) {
  LOCKSTEP_STUB_HOOK(native_rmw(p, op, v));
  return narrow<T>(atomics::rmw(t, address_of(p), sizeof(T), op, wide(v), order_of(mo), pc));
}

template <class T>
bool cas(volatile T* p, T* expected, T desired, int mo, int fail, bool weak) {
  LOCKSTEP_STUB_HOOK(native_cas(p, *expected, desired));
  atomics::Value seen = wide(*expected);
  bool done = atomics::compare_exchange(t, address_of(p), sizeof(T), seen, wide(desired), order_of(mo), order_of(fail),
                                        weak, pc);
  race::plain(t, address_of(expected), sizeof(T), !done, pc);
  if (!done) *expected = narrow<T>(seen);
  return done;
}

template <class T>
void store(volatile T* p, T v, int mo, u64 pc_of_call) {
  LOCKSTEP_HOOK(static_cast<void>(native_rmw(p, RmwOp::kExchange, v)));
  atomics::store(t, address_of(p), sizeof(T), wide(v), order_of(mo), pc_of_call);
}

}  // namespace
}  // namespace lockstep::runtime

using namespace lockstep::runtime;

#define RMW(bits, type, name, op)                                                                             \
  LOCKSTEP_IMPLEMENTATION type lockstep_impl___tsan_atomic##bits##_##name(volatile type* p, type v, int mo) { \
    return rmw<type>(p, op, v, mo);                                                                           \
  }

#define ATOMIC(bits, type)                                                                                \
  LOCKSTEP_IMPLEMENTATION type lockstep_impl___tsan_atomic##bits##_load(const volatile type* p, int mo) { \
    return load<type>(const_cast<volatile type*>(p), mo);                                                 \
  }                                                                                                       \
  LOCKSTEP_EXPORT void __tsan_atomic##bits##_store(volatile type* p, type v, int mo) {                    \
    store<type>(p, v, mo, LOCKSTEP_CALLER);                                                               \
  }                                                                                                       \
  RMW(bits, type, exchange, RmwOp::kExchange)                                                             \
  RMW(bits, type, fetch_add, RmwOp::kAdd)                                                                 \
  RMW(bits, type, fetch_sub, RmwOp::kSub)                                                                 \
  RMW(bits, type, fetch_and, RmwOp::kAnd)                                                                 \
  RMW(bits, type, fetch_or, RmwOp::kOr)                                                                   \
  RMW(bits, type, fetch_xor, RmwOp::kXor)                                                                 \
  RMW(bits, type, fetch_nand, RmwOp::kNand)                                                               \
  LOCKSTEP_IMPLEMENTATION int lockstep_impl___tsan_atomic##bits##_compare_exchange_strong(                \
      volatile type* p, type* expected, type v, int mo, int fail) {                                       \
    return cas<type>(p, expected, v, mo, fail, false);                                                    \
  }                                                                                                       \
  LOCKSTEP_IMPLEMENTATION int lockstep_impl___tsan_atomic##bits##_compare_exchange_weak(                  \
      volatile type* p, type* expected, type v, int mo, int fail) {                                       \
    return cas<type>(p, expected, v, mo, fail, true);                                                     \
  }                                                                                                       \
  LOCKSTEP_IMPLEMENTATION type lockstep_impl___tsan_atomic##bits##_compare_exchange_val(                  \
      volatile type* p, type expected, type v, int mo, int fail) {                                        \
    cas<type>(p, &expected, v, mo, fail, false);                                                          \
    return expected;                                                                                      \
  }

ATOMIC(8, u8)
ATOMIC(16, u16)
ATOMIC(32, u32)
ATOMIC(64, u64)
ATOMIC(128, u128)

LOCKSTEP_EXPORT void __tsan_atomic_thread_fence(int mo) {
  LOCKSTEP_HOOK(__atomic_thread_fence(__ATOMIC_SEQ_CST));
  atomics::fence(t, order_of(mo), pc);
}
LOCKSTEP_EXPORT void __tsan_atomic_signal_fence(int) {}
