// Read, add and write in one critical section.
#include <cassert>
#include <mutex>
#include <thread>

class Hits {
 public:
  void count() {
    const std::lock_guard lock(mutex_);
    ++hits_;
  }
  int value() {
    const std::lock_guard lock(mutex_);
    return hits_;
  }

 private:
  std::mutex mutex_;
  int hits_ = 0;
};

int main() {
  Hits hits;
  const auto count_twice = [&] {
    hits.count();
    hits.count();
  };
  std::thread other(count_twice);
  count_twice();
  other.join();
  assert(hits.value() == 4);
}
