// expect: fail kind=data-race object=meter.total_
// The lock is to be taken in a const function, and so has to be mutable.
// fixed: pass
#include <mutex>
#include <thread>

class Meter {
 public:
  void add(int n) {
    std::lock_guard<std::mutex> lock(mutex_);
    total_ += n;
  }
  int total() const { return total_; }

 private:
  std::mutex mutex_;
  int total_ = 0;
};

int main() {
  Meter meter;
  std::thread adder([&] { meter.add(2); });
  const int now = meter.total();
  adder.join();
  return now > 2;
}
