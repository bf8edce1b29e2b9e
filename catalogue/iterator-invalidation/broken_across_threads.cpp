// `first` is locked while it looks the element up; the reference that it returns is used without the lock.
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

class Readings {
 public:
  void add(int value) {
    std::lock_guard lock(mutex_);
    values_.push_back(value);
  }
  const int& first() {
    std::lock_guard lock(mutex_);
    return values_.front();
  }

 private:
  std::mutex mutex_;
  std::vector<int> values_;
};

Readings readings;

int main() {
  readings.add(1);
  std::thread sensor([] { readings.add(2); });
  const int& first = readings.first();
  assert(first == 1);
  sensor.join();
}
