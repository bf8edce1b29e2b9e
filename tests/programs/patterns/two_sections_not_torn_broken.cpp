// expect: fail kind=assertion pattern=none
// Two variables in critical sections of their own: a mixture, but no torn access to one object.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex lock;
int bills = 100;
long coins = 0;

int main() {
  std::thread changer([] {
    {
      std::lock_guard guard(lock);
      bills -= 20;
    }
    std::lock_guard guard(lock);
    coins += 20;
  });
  {
    std::lock_guard guard(lock);
    assert(bills + coins == 100);
  }
  changer.join();
}
