#include "host/test_cases.h"

#include <fmt/format.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "host/user_error.h"
#include "names/text.h"

namespace lockstep::host {
namespace {

bool mentions(const std::string& path, std::string_view word) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.view().find(word) != std::string_view::npos;
}

// The program's standard output with one more argument; its own ThreadSanitizer wants addresses not randomised.
std::string output_with(const Target& target, const std::string& argument, int* status) {
  int out[2];
  if (pipe(out) != 0) throw UserError("cannot make a pipe");
  std::vector<std::string> strings = target.argv;
  strings.push_back(argument);
  std::vector<char*> argv;
  argv.reserve(strings.size() + 1);
  for (std::string& s : strings) argv.push_back(s.data());
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    personality(static_cast<unsigned long>(personality(0xffffffff)) | ADDR_NO_RANDOMIZE);
    dup2(out[1], 1);
    close(out[0]);
    close(out[1]);
    execv(target.file.path.c_str(), argv.data());
    _exit(127);
  }
  close(out[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(out[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  close(out[0]);
  int wait_status = 0;
  waitpid(pid, &wait_status, 0);
  *status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128;
  return text;
}

}  // namespace

std::vector<TestCase> parse_google_tests(std::string_view listing) {
  std::vector<TestCase> out;
  std::string suite;
  for (std::string_view line : names::lines_of(listing)) {
    line = line.substr(0, line.find("  #"));  // "  # TypeParam = int"
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.starts_with("  ")) {
      line.remove_prefix(line.find_first_not_of(' '));
      if (suite.empty()) continue;
      const std::string name = suite + std::string(line);
      if (name.find("DISABLED_") == std::string::npos) out.push_back({name, {"--gtest_filter=" + name}});
    } else {
      suite = line.back() == '.' && line.find(' ') == std::string_view::npos ? std::string(line) : std::string();
    }
  }
  return out;
}

std::vector<TestCase> parse_catch2_tests(std::string_view listing) {
  std::vector<TestCase> out;
  for (std::string_view line : names::lines_of(listing)) {
    // Names stand at two spaces; tags and what a long name continues with further in.
    if (!line.starts_with("  ") || line.size() < 3 || line[2] == ' ') continue;
    std::string name(line.substr(2));
    while (!name.empty() && (name.back() == ' ' || name.back() == '\r')) name.pop_back();
    std::string pattern;
    for (const char c : name) {
      if (c == ',' || c == '[' || c == ']' || c == '\\' || c == '*' || c == '"') pattern += '\\';
      pattern += c;
    }
    if (!name.empty()) out.push_back({name, {pattern}});
  }
  return out;
}

std::vector<TestCase> list_tests(const Target& target) {
  int status = 0;
  std::vector<TestCase> tests;
  // A program that knows neither option might do anything when it is run with it, so it is asked only for its own.
  if (mentions(target.file.path, "gtest") || mentions(target.file.path, "testing::")) {
    tests = parse_google_tests(output_with(target, "--gtest_list_tests", &status));
  } else if (mentions(target.file.path, "Catch")) {
    tests = parse_catch2_tests(output_with(target, "--list-tests", &status));
  } else {
    throw UserError(
        fmt::format("{}: is neither a GoogleTest nor a Catch2 program, so --each-test finds no cases in it; "
                    "check it without --each-test",
                    target.file.path));
  }
  if (tests.empty()) {
    throw UserError(
        fmt::format("{}: listed no tests (exit status {}); see what it prints when it is asked to list them",
                    target.file.path, status));
  }
  return tests;
}

}  // namespace lockstep::host
