// expect: fail kind=deadlock pattern=lost-wakeup
// The stop flag is atomic and set without the mutex: the worker checks, then stop and notify happen, then it sleeps.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

class Pool {
 public:
  Pool() : worker_([this] { run(); }) {}
  ~Pool() {
    stop_ = true;
    cv_.notify_all();
    worker_.join();
  }

 private:
  void run() {
    std::unique_lock lock(m_);
    cv_.wait(lock, [this] { return stop_.load(); });
  }
  std::mutex m_;
  std::condition_variable cv_;
  std::atomic<bool> stop_{false};
  std::thread worker_;
};

int main() { Pool pool; }
