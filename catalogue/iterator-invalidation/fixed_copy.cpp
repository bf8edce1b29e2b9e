// What leaves the critical section is a copy: nobody else can invalidate it.
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
  std::vector<int> all() {
    std::lock_guard lock(mutex_);
    return values_;
  }

 private:
  std::mutex mutex_;
  std::vector<int> values_;
};

Readings readings;

int main() {
  readings.add(1);
  std::thread sensor([] { readings.add(2); });
  int sum = 0;
  for (int value : readings.all()) sum += value;
  assert(sum == 1 || sum == 3);
  sensor.join();
}
