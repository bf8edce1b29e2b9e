// What was copied, what is there now, and what wins.
#include "dump/snapshot.h"

#include <gtest/gtest.h>

#include <cstring>

namespace lockstep::dump {
namespace {

std::vector<std::byte> bytes(std::size_t count, int value) { return std::vector<std::byte>(count, std::byte(value)); }

TEST(Memory, TheFirstCopyWinsOverLaterOnesAndOverWhatIsThereNow) {
  Memory memory;
  memory.set_fallback([](std::uint64_t, void* into, std::size_t size) {
    std::memset(into, 3, size);
    return true;
  });
  memory.add(100, bytes(50, 1));
  memory.add(110, bytes(10, 2));
  EXPECT_EQ(memory.value<std::uint8_t>(115), 1);
  EXPECT_EQ(memory.value<std::uint8_t>(99), 3);
  std::uint8_t now = 0;
  EXPECT_TRUE(memory.read_now(115, &now, 1));
  EXPECT_EQ(now, 3);
}

TEST(Memory, WithoutAnythingElseACopyIsWhatIsThere) {
  Memory memory;
  memory.add(100, bytes(50, 1));
  std::uint8_t now = 0;
  EXPECT_TRUE(memory.read_now(149, &now, 1));
  EXPECT_EQ(now, 1);
  EXPECT_FALSE(memory.read_now(150, &now, 1));
}

TEST(Memory, WhatReplacesAPlaceIsFoundInEachCopyOfIt) {
  Memory memory;
  memory.add(110, bytes(10, 1));
  memory.add(100, bytes(50, 2));  // has all of the first
  memory.replace(115, bytes(10, 3));
  for (std::uint64_t at = 100; at < 150; ++at) {
    const int expected = at >= 115 && at < 125 ? 3 : at >= 110 && at < 115 ? 1 : 2;
    EXPECT_EQ(memory.value<std::uint8_t>(at), expected) << at;
  }
  EXPECT_EQ(memory.value<std::uint16_t>(124), 0x0203);  // across the end of it
  memory.replace(200, bytes(4, 4));                     // where no copy is
  EXPECT_EQ(memory.value<std::uint32_t>(200), 0x04040404u);
}

}  // namespace
}  // namespace lockstep::dump
