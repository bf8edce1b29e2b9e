// Each round has a sense. It flips when all are here and stays until all are here again, so everybody sees it.
#include <condition_variable>
#include <mutex>
#include <thread>

class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads) {}
  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    const bool sense = sense_;
    if (++arrived_ == threads_) {
      arrived_ = 0;
      sense_ = !sense;
      all_here_.notify_all();
      return;
    }
    all_here_.wait(lock, [&] { return sense_ != sense; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_here_;
  const int threads_;
  int arrived_ = 0;
  bool sense_ = false;
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
