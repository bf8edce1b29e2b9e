// expect: fail kind=assertion
// expired() is asked first and the result of lock() not checked.
#include <cassert>
#include <memory>
#include <thread>

int main() {
  auto p = std::make_shared<int>(3);
  std::weak_ptr<int> w = p;
  std::thread t([w] {
    if (!w.expired()) {
      auto q = w.lock();
      assert(q != nullptr);
    }
  });
  p.reset();
  t.join();
}
