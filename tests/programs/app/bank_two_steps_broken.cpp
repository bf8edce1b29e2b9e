// expect: fail kind=assertion
// Withdrawal and deposit are separate critical sections: an auditor sees money missing in between.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
int x = 100, y = 100;

int main() {
  std::thread t([] {
    {
      std::lock_guard lock(m);
      x -= 10;
    }
    std::lock_guard lock(m);
    y += 10;
  });
  {
    std::lock_guard lock(m);
    assert(x + y == 200);
  }
  t.join();
}
