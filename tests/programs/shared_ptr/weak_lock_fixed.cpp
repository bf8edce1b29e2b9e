// expect: pass complete
// weak_ptr::lock gives the object or nothing, never a dying one.
#include <cassert>
#include <memory>
#include <thread>

int main() {
  auto p = std::make_shared<int>(3);
  std::weak_ptr<int> w = p;
  std::thread t([w] {
    if (auto q = w.lock()) assert(*q == 3);
  });
  p.reset();
  t.join();
}
