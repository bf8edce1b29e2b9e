// expect: fail kind=deadlock
// A reusable barrier by hand without a generation: a fast thread comes round again and swallows the count.
#include <condition_variable>
#include <mutex>
#include <thread>

class Barrier {
 public:
  explicit Barrier(int n) : parties_(n) {}
  void wait() {
    std::unique_lock lock(mutex_);
    if (++arrived_ == parties_) {
      arrived_ = 0;
      condition_.notify_all();
      return;
    }
    condition_.wait(lock, [this] { return arrived_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  const int parties_;
  int arrived_ = 0;
};

int main() {
  Barrier barrier(2);
  auto work = [&] {
    for (int i = 0; i < 2; ++i) barrier.wait();
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
}
