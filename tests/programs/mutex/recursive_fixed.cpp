// expect: pass complete
// compilers: gcc clang
// A recursive mutex taken twice by a public method that calls another.
#include <cassert>
#include <mutex>
#include <thread>

class Stack {
 public:
  void push() {
    std::lock_guard lock(m_);
    ++size_;
  }
  void push_two() {
    std::lock_guard lock(m_);
    push();
    push();
  }
  int size() {
    std::lock_guard lock(m_);
    return size_;
  }

 private:
  std::recursive_mutex m_;
  int size_ = 0;
};

int main() {
  Stack s;
  std::thread t([&] { s.push_two(); });
  s.push();
  assert(s.size() == 1 || s.size() == 3);
  t.join();
  assert(s.size() == 3);
}
