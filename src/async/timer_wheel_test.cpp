#include "lockstep/async/internal/timer_wheel.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace lockstep::async::internal {
namespace {

struct recorded final : timer {
  std::int64_t when = 0;
  std::vector<recorded*>* fired = nullptr;
  void fire() noexcept override { fired->push_back(this); }
};

// Against the simplest thing that could work, with times from microseconds to years.
TEST(TimerWheel, FiresEverythingInTimeAndNothingEarly) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    std::int64_t now = static_cast<std::int64_t>(random() >> 2);
    timer_wheel wheel(now);
    std::vector<recorded*> fired;
    std::vector<std::unique_ptr<recorded>> all;
    std::multimap<std::int64_t, recorded*> expected;
    constexpr std::int64_t kTick = std::int64_t{1} << timer_wheel::kTickShift;
    for (int step = 0; step < 500; ++step) {
      switch (random() % 4) {
        case 0:
        case 1: {
          auto& t = *all.emplace_back(std::make_unique<recorded>());
          t.fired = &fired;
          t.when = now + static_cast<std::int64_t>(random() >> (12 + random() % 50));
          wheel.insert(t, t.when);
          expected.emplace(t.when, &t);
          break;
        }
        case 2:
          if (!expected.empty()) {
            auto it = expected.begin();
            std::advance(it, static_cast<long>(random() % expected.size()));
            wheel.remove(*it->second);
            expected.erase(it);
          }
          break;
        default: {
          std::int64_t next = wheel.next();
          if (expected.empty()) {
            EXPECT_EQ(next, timer_wheel::kNever);
          } else {
            EXPECT_LE(next, expected.begin()->first + 2 * kTick);
          }
          now += static_cast<std::int64_t>(random() >> (14 + random() % 48));
          if (random() % 2 && next != timer_wheel::kNever && next > now) now = next;
          fired.clear();
          wheel.advance(now);
          std::int64_t last = 0;
          for (recorded* t : fired) {
            EXPECT_LE(t->when, now) << "early";
            EXPECT_GE(t->when >> timer_wheel::kTickShift, last >> timer_wheel::kTickShift) << "out of order";
            last = t->when;
            auto [begin, end] = expected.equal_range(t->when);
            while (begin != end && begin->second != t) ++begin;
            ASSERT_NE(begin, end);
            expected.erase(begin);
          }
          if (!expected.empty()) {
            EXPECT_GT(expected.begin()->first, now - 2 * kTick) << "late";
          }
          EXPECT_EQ(wheel.size(), expected.size());
        }
      }
    }
    for (auto& [when, t] : expected) wheel.remove(*t);
    EXPECT_TRUE(wheel.empty());
  }
}

}  // namespace
}  // namespace lockstep::async::internal
