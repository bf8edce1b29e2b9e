// expect: pass complete warning=none
// std::scoped_lock takes them in any order without ever waiting with one in hand.
#include <mutex>
#include <thread>

std::mutex a, b;

int main() {
  std::thread first([] { std::scoped_lock both(a, b); });
  std::thread second([] { std::scoped_lock both(b, a); });
  first.join();
  second.join();
}
