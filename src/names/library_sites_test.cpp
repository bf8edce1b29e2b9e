// Compares library_sites() with what objdump and addr2line say about programs built at several levels of optimization.
#include "names/library_sites.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>

namespace lockstep::names {
namespace {

constexpr auto kUser = FileRole::kUser;
constexpr auto kWrapper = FileRole::kWrapper;
constexpr auto kConcurrency = FileRole::kConcurrency;

TEST(RoleOf, LibraryHeaders) {
  EXPECT_EQ(role_of("/usr/include/c++/12/atomic"), kWrapper);
  EXPECT_EQ(role_of("/usr/include/c++/12/bits/atomic_base.h"), kWrapper);
  EXPECT_EQ(role_of("/usr/include/c++/12/ext/atomicity.h"), kWrapper);
  EXPECT_EQ(role_of("/usr/include/c++/12/bits/atomic_wait.h"), kConcurrency);
  EXPECT_EQ(role_of("/usr/include/c++/12/bits/atomic_timed_wait.h"), kConcurrency);
  EXPECT_EQ(role_of("/usr/include/c++/12/latch"), kConcurrency);
  EXPECT_EQ(role_of("/usr/include/c++/12/bits/shared_ptr_base.h"), kConcurrency);
  EXPECT_EQ(role_of("/usr/include/c++/12/bits/shared_ptr.h"), kUser);
  EXPECT_EQ(role_of("/usr/include/c++/12/bits/stl_vector.h"), kUser);
  EXPECT_EQ(role_of("/usr/include/c++/12/bits/invoke.h"), kUser);
  EXPECT_EQ(role_of("/usr/include/c++/12/experimental/latch"), kUser);
  EXPECT_EQ(role_of("/usr/include/x86_64-linux-gnu/c++/12/bits/gthr-default.h"), kConcurrency);
  EXPECT_EQ(role_of("/usr/include/c++/12/x86_64-redhat-linux/bits/gthr-default.h"), kConcurrency);
  EXPECT_EQ(role_of("/usr/include/c++/12/x86_64-linux-gnu"), kUser);
}

TEST(RoleOf, PathsAsClangWritesThem) {
  const std::string gcc = "/usr/bin/../lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/";
  EXPECT_EQ(role_of(gcc + "latch"), kConcurrency);
  EXPECT_EQ(role_of(gcc + "bits/atomic_base.h"), kWrapper);
  EXPECT_EQ(role_of("/usr/lib/llvm-19/bin/../include/c++/v1/__atomic/atomic_sync.h"), kConcurrency);
  EXPECT_EQ(role_of("/usr/lib/llvm-19/bin/../include/c++/v1/__atomic/atomic.h"), kWrapper);
  EXPECT_EQ(role_of("/usr/lib/llvm-19/bin/../include/c++/v1/__stop_token/stop_state.h"), kConcurrency);
  EXPECT_EQ(role_of("/usr/lib/llvm-19/bin/../include/c++/v1/vector"), kUser);
}

TEST(RoleOf, FilesOfTheUser) {
  EXPECT_EQ(role_of("/home/u/latch"), kUser);
  EXPECT_EQ(role_of("/home/u/c++/12/latch"), kUser);
  EXPECT_EQ(role_of("latch"), kUser);
  EXPECT_EQ(role_of("../c++/12/mutex"), kUser);
  EXPECT_EQ(role_of("/usr/include/mutex"), kUser);
  EXPECT_EQ(role_of("/usr/include/c++/mutex"), kUser);
  EXPECT_EQ(role_of(""), kUser);
}

TEST(LibrarySites, RefusesWhatIsNoProgram) {
  EXPECT_THROW(library_sites("/nonexistent"), std::runtime_error);
  EXPECT_THROW(library_sites("/"), std::runtime_error);
  EXPECT_THROW(library_sites(__FILE__), std::runtime_error);
}

TEST(LibrarySites, NoneInAProgramThatIsNotInstrumented) { EXPECT_TRUE(library_sites("/proc/self/exe").empty()); }

// ---- The same from Binutils

std::vector<std::string> lines_of(const std::string& command) {
  std::vector<std::string> out;
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return out;
  std::string line;
  for (int c; (c = std::fgetc(pipe)) != EOF;) {
    if (c == '\n') {
      out.push_back(line);
      line.clear();
    } else {
      line += static_cast<char>(c);
    }
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return out;
}

struct Call {
  std::vector<std::string> functions, files;  // innermost first
};

// The calls of hooks by return address.
std::map<std::uint64_t, Call> calls_of(const std::string& program) {
  std::map<std::uint64_t, Call> calls;
  bool behind_call = false;
  for (const std::string& line : lines_of(LOCKSTEP_OBJDUMP " -d --no-show-raw-insn '" + program + "'")) {
    const std::size_t colon = line.find(":\t");
    if (colon == std::string::npos) continue;
    if (behind_call) calls[std::stoull(line.substr(0, colon), nullptr, 16)];
    behind_call = line.find("call ") != std::string::npos && line.find("<__tsan_") != std::string::npos;
  }
  if (calls.empty()) return calls;
  const std::string list = testing::TempDir() + "library_sites_" + std::to_string(getpid());
  FILE* file = std::fopen(list.c_str(), "w");
  if (!file) return {};
  for (const auto& [address, call] : calls) std::fprintf(file, "%#llx\n", static_cast<unsigned long long>(address - 1));
  std::fclose(file);
  Call* call = nullptr;
  const std::vector<std::string> lines = lines_of(LOCKSTEP_ADDR2LINE " -aiCfe '" + program + "' < '" + list + "'");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("0x")) {
      call = &calls.at(std::stoull(lines[i], nullptr, 16) + 1);
    } else if (call && i + 1 < lines.size()) {
      call->functions.push_back(lines[i]);
      ++i;
      call->files.push_back(lines[i].substr(0, lines[i].rfind(':')));
    }
  }
  std::filesystem::remove(list);
  return calls;
}

bool is_library(const Call& call) {
  for (const std::string& file : call.files) {
    if (const FileRole role = role_of(file); role != kWrapper) return role == kConcurrency;
  }
  // Wrappers alone: a wrapper's own function, or one whose inlined wrappers the compiler has not recorded.
  const std::string& name = call.functions.back();
  for (const char* wrapper : {"std::atomic", "std::__atomic_", "std::operator", "std::__is_valid_cmpexch",
                              "std::__cmpexch", "void std::atomic", "bool std::atomic"}) {
    if (name.starts_with(wrapper)) return false;
  }
  return name.starts_with("std::");
}

std::string describe(const Call& call) {
  std::ostringstream out;
  for (std::size_t i = 0; i < call.files.size(); ++i) out << "\n    " << call.functions[i] << "  " << call.files[i];
  return out.str();
}

std::vector<std::string> programs() {
  std::vector<std::string> out;
  std::istringstream in(LOCKSTEP_SITES_PROGRAMS);
  for (std::string program; std::getline(in, program, ':');) out.push_back(program);
  return out;
}

class LibrarySitesOf : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LibrarySitesOf);
INSTANTIATE_TEST_SUITE_P(Programs, LibrarySitesOf, testing::ValuesIn(programs()),
                         [](const auto& info) { return std::filesystem::path(info.param).filename().string(); });

TEST_P(LibrarySitesOf, AreWhatBinutilsSays) {
  const std::vector<std::uint64_t> sites = library_sites(GetParam());
  EXPECT_TRUE(std::is_sorted(sites.begin(), sites.end()));
  if (GetParam().ends_with("_nodebug")) {
    EXPECT_TRUE(sites.empty());
    return;
  }
  if (const std::size_t suffix = GetParam().find("_dwarf5"); suffix != std::string::npos) {
    EXPECT_EQ(sites, library_sites(GetParam().substr(0, suffix)));
    return;
  }
  const std::map<std::uint64_t, Call> calls = calls_of(GetParam());
  EXPECT_GT(calls.size(), sites.size()) << "the user's code has calls too";
  EXPECT_FALSE(sites.empty()) << "std::thread is the library's";
  for (const auto& [address, call] : calls) {
    const bool reported = std::binary_search(sites.begin(), sites.end(), address);
    EXPECT_EQ(reported, is_library(call)) << std::hex << address << describe(call);
  }
  for (const std::uint64_t site : sites) EXPECT_TRUE(calls.contains(site)) << std::hex << site << " is no call";
}

// The places that matter most, by name: what a latch does inside is the library's, atomics of the program are the
// user's.
TEST_P(LibrarySitesOf, AtomicsBelongToTheirCaller) {
  if (GetParam().ends_with("_nodebug") || GetParam().ends_with("_dwarf5")) return;
  if (GetParam().find("_O0_") != std::string::npos) return;  // wrappers are functions of their own
  const std::vector<std::uint64_t> sites = library_sites(GetParam());
  int in_latch = 0, in_main = 0;
  for (const auto& [address, call] : calls_of(GetParam())) {
    if (role_of(call.files.front()) != kWrapper || call.files.size() < 2) continue;
    const auto caller =
        std::find_if(call.files.begin(), call.files.end(), [](auto& f) { return role_of(f) != kWrapper; });
    if (caller == call.files.end()) continue;
    const bool reported = std::binary_search(sites.begin(), sites.end(), address);
    if (caller->ends_with("/latch")) {
      EXPECT_TRUE(reported) << describe(call);
      ++in_latch;
    } else if (caller->ends_with(".cpp")) {
      EXPECT_FALSE(reported) << describe(call);
      ++in_main;
    }
  }
  if (GetParam().find("latch") != std::string::npos) {
    EXPECT_GE(in_latch, 1);
  }
  if (GetParam().find("sb_") != std::string::npos) {
    EXPECT_GE(in_main, 4);
  }
}

// ---- The code of std::lock

TEST_P(LibrarySitesOf, CodeOfTheLockAlgorithmIsWhereStdLockIsCalled) {
  const std::vector<CodeRange> code = lock_algorithm_code(GetParam());
  const bool expected = GetParam().find("std_lock") != std::string::npos && !GetParam().ends_with("_nodebug");
  EXPECT_EQ(!code.empty(), expected);
  std::uint64_t bytes = 0;
  for (const CodeRange& range : code) bytes += range.high - range.low;
  EXPECT_LT(bytes, 10000U) << "not all code is std::lock's";
}

// ---- The code of std::atomic<std::shared_ptr>

TEST(AtomicSharedPtrCode, RefusesWhatIsNoProgram) {
  EXPECT_THROW(atomic_shared_ptr_code("/nonexistent"), std::runtime_error);
  EXPECT_THROW(atomic_shared_ptr_code("/"), std::runtime_error);
  EXPECT_THROW(atomic_shared_ptr_code(__FILE__), std::runtime_error);
}

bool contains(const std::vector<CodeRange>& code, std::uint64_t address) {
  return std::any_of(code.begin(), code.end(),
                     [&](const CodeRange& range) { return range.low <= address && address < range.high; });
}

TEST_P(LibrarySitesOf, CodeOfAtomicSharedPtrIsWhatBinutilsSays) {
  const std::vector<CodeRange> code = atomic_shared_ptr_code(GetParam());
  for (std::size_t i = 0; i < code.size(); ++i) {
    EXPECT_LT(code[i].low, code[i].high);
    if (i > 0) {
      EXPECT_LT(code[i - 1].high, code[i].low) << "not merged";
    }
  }
  if (GetParam().ends_with("_nodebug") || GetParam().find("atomic_shared_ptr") == std::string::npos) {
    EXPECT_TRUE(code.empty());
    return;
  }
  if (const std::size_t suffix = GetParam().find("_dwarf5"); suffix != std::string::npos) {
    EXPECT_EQ(code, atomic_shared_ptr_code(GetParam().substr(0, suffix)));
    return;
  }
  int inside = 0, outside = 0;
  for (const auto& [address, call] : calls_of(GetParam())) {
    // GCC does not record at -O0 what it had to inline, so that std::atomic's header may be all that is named.
    const bool expected = call.functions.back().starts_with("std::_Sp_atomic<") ||
                          std::any_of(call.files.begin(), call.files.end(), [](const std::string& file) {
                            return file.ends_with("/bits/shared_ptr_atomic.h");
                          });
    EXPECT_EQ(contains(code, address - 1), expected) << std::hex << address << describe(call);
    ++(expected ? inside : outside);
  }
  EXPECT_GE(inside, 5);
  EXPECT_GE(outside, 5);
}

}  // namespace
}  // namespace lockstep::names
