// expect: fail kind=assertion pattern=read-modify-write
// A thread-safe getter and setter do not make a thread-safe increment.
#include <cassert>
#include <mutex>
#include <thread>

class Counter {
 public:
  int get() {
    std::lock_guard lock(m_);
    return value_;
  }
  void set(int v) {
    std::lock_guard lock(m_);
    value_ = v;
  }

 private:
  std::mutex m_;
  int value_ = 0;
};

int main() {
  Counter c;
  auto increment = [&c] { c.set(c.get() + 1); };
  std::thread a(increment);
  std::thread b(increment);
  a.join();
  b.join();
  assert(c.get() == 2);
}
