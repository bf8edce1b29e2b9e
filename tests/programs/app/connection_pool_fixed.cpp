// expect: pass complete
// The connection is returned by a guard's destructor.
#include <condition_variable>
#include <memory>
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

struct Lease {
  Lease() { pool.acquire(); }
  ~Lease() { pool.release(); }
};

void query(bool fails) {
  Lease lease;
  if (fails) throw std::runtime_error("connection lost");
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
