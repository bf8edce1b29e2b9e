#include <gtest/gtest.h>

#include <string>

#include "cli/commands.h"
#include "host/user_error.h"
#include "names/library_sites.h"

namespace lockstep::cli {
namespace {

int refused(const std::vector<std::string>& words) {
  try {
    internal_library_sites_command(words);
  } catch (const host::UserError& error) {
    return error.status();
  }
  return 0;
}

TEST(InternalLibrarySites, RefusesWithAStatus) {
  EXPECT_EQ(refused({}), host::kExitUsage);
  EXPECT_EQ(refused({"--program"}), host::kExitUsage);
  EXPECT_EQ(refused({"--program", "/nonexistent"}), host::kExitUsage);
  EXPECT_EQ(refused({"--program", __FILE__}), host::kExitUsage);
  EXPECT_EQ(refused({"--program", "/bin/true", "--more"}), host::kExitUsage);
  EXPECT_EQ(refused({"--program", "--atomic-shared-ptr"}), host::kExitUsage);
  EXPECT_EQ(refused({"--program", __FILE__, "--atomic-shared-ptr"}), host::kExitUsage);
  EXPECT_EQ(refused({"--program", __FILE__, "--lock-algorithm"}), host::kExitUsage);
}

TEST(InternalLibrarySites, WritesNothingForAProgramWithoutHooks) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(internal_library_sites_command({"--program", "/bin/true"}), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(InternalLibrarySites, WritesNothingForAProgramWithoutAtomicSharedPtr) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(internal_library_sites_command({"--program", "/bin/true", "--atomic-shared-ptr"}), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

#ifdef LOCKSTEP_FAKE_PROGRAM
TEST(InternalLibrarySites, WritesWordsOfEightBytes) {
  const std::vector<std::uint64_t> sites = names::library_sites(LOCKSTEP_FAKE_PROGRAM);
  testing::internal::CaptureStdout();
  EXPECT_EQ(internal_library_sites_command({"--program", LOCKSTEP_FAKE_PROGRAM}), 0);
  const std::string out = testing::internal::GetCapturedStdout();
  ASSERT_EQ(out.size(), sites.size() * 8);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    for (int byte = 0; byte < 8; ++byte) {
      EXPECT_EQ(static_cast<unsigned char>(out[i * 8 + byte]), (sites[i] >> (8 * byte)) & 0xFF);
    }
  }
}
#endif

}  // namespace
}  // namespace lockstep::cli
