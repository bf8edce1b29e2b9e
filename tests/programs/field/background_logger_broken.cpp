// expect: fail kind=assertion|data-race
// The writer thread looks at `stopping_` first and leaves lines behind.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

class Logger {
 public:
  Logger() : writer_([this] { run(); }) {}
  void log(std::string line) {
    {
      std::lock_guard lock(mutex_);
      pending_.push_back(std::move(line));
    }
    condition_.notify_one();
  }
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    condition_.notify_one();
    writer_.join();
  }
  std::string text() const { return out_.str(); }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      condition_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
      for (auto& l : pending_) out_ << l << '\n';
      pending_.clear();
    }
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  std::vector<std::string> pending_;
  bool stopping_ = false;
  std::ostringstream out_;
  std::thread writer_;
};

int main() {
  Logger logger;
  logger.log("hello");
  logger.stop();
  assert(logger.text() == "hello\n");
}
