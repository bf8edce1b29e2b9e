// expect: pass complete warning=none
// One thread takes them in both orders, one after the other; the other one takes only one.
#include <mutex>
#include <thread>

std::mutex a, b;

int main() {
  std::thread both([] {
    {
      std::lock_guard outer(a);
      std::lock_guard inner(b);
    }
    std::lock_guard outer(b);
    std::lock_guard inner(a);
  });
  std::thread one([] { std::lock_guard alone(a); });
  both.join();
  one.join();
}
