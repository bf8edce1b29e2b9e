// The function comes to the data: no iterator leaves the critical section.
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
  template <class Function>
  void for_each(Function f) {
    std::lock_guard lock(mutex_);
    for (int value : values_) f(value);
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
  readings.for_each([&](int value) { sum += value; });
  assert(sum == 1 || sum == 3);
  sensor.join();
}
