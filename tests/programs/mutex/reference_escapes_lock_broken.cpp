// expect: fail kind=data-race
// A getter locks, but hands out a reference: the caller reads after the lock is gone.
#include <mutex>
#include <thread>

class Config {
 public:
  const int& level() {
    std::lock_guard lock(m_);
    return level_;
  }
  void set_level(int v) {
    std::lock_guard lock(m_);
    level_ = v;
  }

 private:
  std::mutex m_;
  int level_ = 0;
};

int main() {
  Config config;
  std::thread t([&] { config.set_level(2); });
  int seen = config.level();
  t.join();
  return seen > 2;
}
