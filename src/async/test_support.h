// What the tests of lockstep::async share: a run in virtual time, and both backends.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "lockstep/async/diagnosis.h"
#include "lockstep/async/run.h"

#if defined(__SANITIZE_THREAD__)
#define LOCKSTEP_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LOCKSTEP_TEST_TSAN 1
#endif
#endif

namespace lockstep::async {

/// Runs a task in virtual time: hours pass in no time, in the same order each time.
template <class T>
T run_virtual(task<T> t) {
  return run(std::move(t), {.virtual_time = true});
}

/// Collects reports while it lives.
class reports {
 public:
  reports() {
    set_report_handler([this](const std::string& text) {
      std::scoped_lock lock(mutex_);
      texts_.push_back(text);
    });
  }
  ~reports() { set_report_handler({}); }
  reports(const reports&) = delete;
  reports& operator=(const reports&) = delete;

  std::vector<std::string> all() const {
    std::scoped_lock lock(mutex_);
    return texts_;
  }
  std::string text() const {
    std::string together;
    for (const std::string& t : all()) together += t;
    return together;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

/// A test that runs on io_uring and on epoll. Skipped where the kernel refuses io_uring.
class on_both_backends : public ::testing::TestWithParam<backend_kind> {
 protected:
  void SetUp() override {
    if (GetParam() != backend_kind::io_uring) return;
    try {
      run([]() -> task<> { co_return; }(), options());
    } catch (const std::system_error& e) {
      GTEST_SKIP() << "no io_uring here: " << e.what();
    }
  }
  // Without the watchdog, whose reports open files: tests count descriptors.
  run_options options() const { return {.backend = GetParam(), .watchdog = std::chrono::milliseconds(0)}; }
  template <class T>
  T run_here(task<T> t) {
    return run(std::move(t), options());
  }
};

inline std::string backend_name(const ::testing::TestParamInfo<backend_kind>& info) {
  switch (info.param) {
    case backend_kind::epoll:
      return "epoll";
    case backend_kind::simulated:
      return "simulated";
    default:
      return "io_uring";
  }
}

#define LOCKSTEP_ON_BOTH_BACKENDS(suite)                                                                    \
  INSTANTIATE_TEST_SUITE_P(backends, suite, ::testing::Values(backend_kind::io_uring, backend_kind::epoll), \
                           backend_name)

}  // namespace lockstep::async
