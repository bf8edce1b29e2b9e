// Whoever comes last opens the barrier and sets it back: too early for those that have not left yet.
#include <condition_variable>
#include <mutex>
#include <thread>

class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads) {}
  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    if (++arrived_ == threads_) {
      all_here_.notify_all();
      arrived_ = 0;  // what the others wait for does not hold any more
      return;
    }
    all_here_.wait(lock, [this] { return arrived_ == threads_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_here_;
  const int threads_;
  int arrived_ = 0;
};

Barrier barrier(2);

void work() {
  barrier.arrive_and_wait();  // round one
  barrier.arrive_and_wait();  // round two
}

int main() {
  std::thread other(work);
  work();
  other.join();
}
