// expect: fail kind=use-after-free
// Each access is locked, but an iterator is kept across the unlock while the other thread makes the vector grow.
#include <mutex>
#include <thread>
#include <vector>

std::mutex m;
std::vector<int> values{1};

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    values.push_back(2);
  });
  std::vector<int>::iterator it;
  {
    std::lock_guard lock(m);
    it = values.begin();
  }
  int seen;
  {
    std::lock_guard lock(m);
    seen = *it;
  }
  t.join();
  return seen - 1;
}
