// expect: fail kind=deadlock
// A connection is not returned to the pool on the error path: the next user waits for ever.
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

class Connections {
 public:
  void acquire() {
    std::unique_lock lock(m_);
    cv_.wait(lock, [this] { return free_ > 0; });
    --free_;
  }
  void release() {
    {
      std::lock_guard lock(m_);
      ++free_;
    }
    cv_.notify_one();
  }

 private:
  std::mutex m_;
  std::condition_variable cv_;
  int free_ = 1;
};
Connections pool;

void query(bool fails) {
  pool.acquire();
  if (fails) throw std::runtime_error("connection lost");
  pool.release();
}

int main() {
  std::thread t([] {
    try {
      query(true);
    } catch (const std::exception&) {
    }
  });
  query(false);
  t.join();
}
