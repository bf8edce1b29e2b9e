#include "explain/memory_orders.h"

#include <gtest/gtest.h>

namespace lockstep::explain {
namespace {

using protocol::Op;
constexpr WantedOrder kRelease = {.release = true}, kAcquire = {.acquire = true},
                      kBoth = {.release = true, .acquire = true}, kSequential = {.sequential = true};

std::string changed(const char* line, Op op, const char* name, const WantedOrder& wanted) {
  return with_order(line, op, name, wanted).value_or("(none)");
}

TEST(MemoryOrders, OnlyTheCallInQuestionChanges) {
  EXPECT_EQ(changed("if (t.load(std::memory_order_relaxed)) t.store(1, std::memory_order_relaxed);", Op::kStore, "t",
                    kRelease),
            "if (t.load(std::memory_order_relaxed)) t.store(1, std::memory_order_release);");
  EXPECT_EQ(changed("a.store(1, std::memory_order_relaxed); s->b[i].store(f(2), std::memory_order_relaxed);",
                    Op::kStore, "b", kRelease),
            "a.store(1, std::memory_order_relaxed); s->b[i].store(f(2), std::memory_order_release);");
}

TEST(MemoryOrders, WhatCannotBeToldApartStays) {
  EXPECT_EQ(changed("x.store(y.load(std::memory_order_relaxed) + y.load(std::memory_order_relaxed));", Op::kLoad, "y",
                    kAcquire),
            "(none)");
  EXPECT_EQ(changed("x = 1;", Op::kStore, "x", kRelease), "(none)");
  EXPECT_EQ(changed("publish(std::memory_order_relaxed);", Op::kStore, "x", kRelease), "(none)");
}

TEST(MemoryOrders, AreSuchAsTheStandardAllows) {
  EXPECT_EQ(changed("f.clear(std::memory_order_relaxed);", Op::kStore, "f", kBoth),
            "f.clear(std::memory_order_release);");
  EXPECT_EQ(changed("while (f.test_and_set(std::memory_order_relaxed)) {}", Op::kRmw, "f", kAcquire),
            "while (f.test_and_set(std::memory_order_acquire)) {}");
  EXPECT_EQ(changed("h.compare_exchange_weak(o, n, std::memory_order_relaxed, std::memory_order_relaxed)", Op::kCas,
                    "h", kBoth),
            "h.compare_exchange_weak(o, n, std::memory_order_acq_rel, std::memory_order_acquire)");
  EXPECT_EQ(changed("h.compare_exchange_weak(o, n, std::memory_order::relaxed, std::memory_order::relaxed)", Op::kCas,
                    "h", kRelease),
            "h.compare_exchange_weak(o, n, std::memory_order::release, std::memory_order::relaxed)");
  EXPECT_EQ(changed("x.store(1, std::memory_order_release);", Op::kStore, "x", kSequential),
            "x.store(1, std::memory_order_seq_cst);");
}

TEST(MemoryOrders, CHasThem) {
  EXPECT_EQ(changed("int v = atomic_load_explicit(&q->head, memory_order_relaxed);", Op::kLoad, "head", kAcquire),
            "int v = atomic_load_explicit(&q->head, memory_order_acquire);");
  EXPECT_EQ(
      changed("atomic_store_explicit(&a, 1, memory_order_relaxed); atomic_store_explicit(&b, 1, memory_order_relaxed);",
              Op::kStore, "b", kRelease),
      "atomic_store_explicit(&a, 1, memory_order_relaxed); atomic_store_explicit(&b, 1, memory_order_release);");
}

}  // namespace
}  // namespace lockstep::explain
