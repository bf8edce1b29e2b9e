// expect: fail kind=deadlock pattern=self-deadlock
// compilers: gcc clang
// A public method that holds the mutex calls another one that locks it again.
#include <mutex>
#include <thread>

class Cache {
 public:
  void clear() {
    std::lock_guard lock(m_);
    size_ = 0;
  }
  void reset() {
    std::lock_guard lock(m_);
    clear();
  }

 private:
  std::mutex m_;
  int size_ = 1;
};

int main() {
  Cache cache;
  std::thread t([&] { cache.reset(); });
  t.join();
}
